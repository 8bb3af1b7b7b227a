#pragma once

// Floating-point numbers as Java's Double.toString and Float.toString lay them out: always a
// fraction, "1.0E20" from 10^7 up and below 10^-3. The digits are the shortest that read back as
// the same number (JDK 19 and up; older ones print a superfluous digit for a few numbers). Pure.

#include <string>
#include <string_view>

namespace millrace::row {

void append_java_double(double value, std::string& out);
void append_java_float(float value, std::string& out);

// "-12345.67", a decimal number with all digits of its scale, as BigDecimal.toString lays it out:
// with an exponent ("1E-7", "0E-30") where more than six places would stand before the first digit
// that counts.
void append_java_decimal(std::string_view plain, std::string& out);

}  // namespace millrace::row
