#pragma once

// Floating-point numbers as Java's Double.toString and Float.toString lay them out: always a
// fraction, "1.0E20" from 10^7 up and below 10^-3. The digits are the shortest that read back as
// the same number (JDK 19 and up; older ones print a superfluous digit for a few numbers). Pure.

#include <string>

namespace millrace::row {

void append_java_double(double value, std::string& out);
void append_java_float(float value, std::string& out);

}  // namespace millrace::row
