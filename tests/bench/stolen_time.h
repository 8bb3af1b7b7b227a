#pragma once

// What a virtual machine's host takes from it: a figure is worth little where that is much.

#include <cstdint>

namespace millrace::bench {

class StolenTime {
 public:
  // Counts from here.
  StolenTime();
  // Per cent of the processors' time, by /proc/stat; 0 where the kernel doesn't tell.
  double percent() const;

 private:
  struct Ticks {
    std::uint64_t all = 0, stolen = 0;
  };
  static Ticks now();

  Ticks begin_;
};

}  // namespace millrace::bench
