#include "bench/stolen_time.h"

#include <fstream>
#include <string>

namespace millrace::bench {

StolenTime::StolenTime() : begin_(now()) {}

double StolenTime::percent() const {
  const Ticks end = now();
  if (end.all == begin_.all) return 0;
  return 100.0 * static_cast<double>(end.stolen - begin_.stolen) /
         static_cast<double>(end.all - begin_.all);
}

// cpu user nice system idle iowait irq softirq steal; what follows is in user and nice already.
StolenTime::Ticks StolenTime::now() {
  constexpr int kFields = 8;
  std::ifstream in("/proc/stat");
  std::string name;
  in >> name;
  Ticks ticks;
  for (int i = 0; i < kFields; ++i) {
    std::uint64_t value = 0;
    if (!(in >> value)) break;
    ticks.all += value;
    if (i == kFields - 1) ticks.stolen = value;
  }
  return ticks;
}

}  // namespace millrace::bench
