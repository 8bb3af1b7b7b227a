#pragma once

// The process_* family that Prometheus clients share: read from /proc when asked. What /proc doesn't say is left out.

#include <prometheus/metric_family.h>

#include <vector>

namespace millrace::daemon {

std::vector<prometheus::MetricFamily> process_metrics();

}  // namespace millrace::daemon
