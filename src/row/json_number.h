#pragma once

// Floating-point numbers as the two forms of JSON text print them (json_text.h). Pure.

#include <string>

namespace millrace::row {

// As Java prints them, but where that has an exponent every digit of the number.
void append_debezium_double(double value, std::string& out);
// The server's my_gcvt: the shortest digits; an exponent when the point stands more than 15 places
// away, unless digits stand on both sides of it.
void append_mysql_double(double value, std::string& out);

}  // namespace millrace::row
