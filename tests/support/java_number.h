#pragma once

// Numbers as Java prints them: what Kafka Connect's JsonConverter makes of float32 and float64 values.

#include <string>

namespace millrace::testing {

std::string java_float(float value);    // Float.toString
std::string java_double(double value);  // Double.toString
// new BigDecimal(value).toPlainString(): every digit of the binary value.
std::string exact_decimal(double value);

}  // namespace millrace::testing
