// One piece of work on fixed input, for counts_test.py to count its instructions.
//
//   work_counts inserts|updates|texts|documents

#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <string>

#include "bench/pipeline/decode_input.h"

namespace millrace::bench {

constexpr int kRows = 1000;

// What is counted; by this name.
__attribute__((noinline)) std::uint64_t counted_work(const DecodeInput& input) {
  return input.run();
}

}  // namespace millrace::bench

int main(int argc, char** argv) {
  using millrace::bench::DecodeInput;
  const std::map<std::string, std::function<DecodeInput(int)>> inputs = {
      {"inserts", DecodeInput::inserts},
      {"updates", DecodeInput::updates},
      {"texts", DecodeInput::texts},
      {"documents", DecodeInput::documents}};
  const auto found = argc == 2 ? inputs.find(argv[1]) : inputs.end();
  if (found == inputs.end()) {
    std::fprintf(stderr, "usage: work_counts inserts|updates|texts|documents\n");
    return 64;
  }
  try {
    const DecodeInput input = found->second(millrace::bench::kRows);
    input.run();  // what happens once a process isn't counted
    return millrace::bench::counted_work(input) == millrace::bench::kRows ? 0 : 1;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
