#include "millrace/daemon/status.h"

#include "millrace/base/assert.h"

namespace millrace::daemon {

std::string_view state_name(SourceState state) {
  switch (state) {
    case SourceState::kUnassigned:
      return "UNASSIGNED";
    case SourceState::kRunning:
      return "RUNNING";
    case SourceState::kRestarting:
      return "RESTARTING";
    case SourceState::kFailed:
      return "FAILED";
    case SourceState::kStopped:
      return "STOPPED";
  }
  MILLRACE_ASSERT(false, "source state out of range");
}

}  // namespace millrace::daemon
