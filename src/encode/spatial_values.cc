// Geometry and vectors: see value_writer.h.

#include <bit>

#include "encode/value_writer.h"
#include "millrace/base/byte_cursor.h"

namespace millrace::encode {

// MySQL's form: the SRID, then well-known binary.
bool ValueWriter::write_geometry(std::string_view bytes, const Place& place) {
  ByteCursor cursor(bytes);
  const std::uint32_t srid = cursor.read_u32();
  const std::string_view wkb = cursor.read_rest();
  if (cursor.failed()) return fail(place, "a geometry without its SRID");
  out_.raw('{');
  if (place.plan.form == Form::kPoint && !write_point(wkb, place)) return false;
  out_.raw("\"wkb\":");
  out_.quoted_base64(wkb);
  out_.raw(",\"srid\":");
  if (srid == 0) {
    out_.raw("null");
  } else {
    out_.integer(std::uint64_t{srid});
  }
  out_.raw('}');
  return true;
}

// "x":1.0,"y":2.0, of a point: byte order (MySQL stores little-endian only), type 1, two doubles.
bool ValueWriter::write_point(std::string_view wkb, const Place& place) {
  ByteCursor cursor(wkb);
  const bool is_point = cursor.read_u8() == 1 && cursor.read_u32() == 1;
  const auto x = std::bit_cast<double>(cursor.read_u64());
  const auto y = std::bit_cast<double>(cursor.read_u64());
  if (!is_point || cursor.failed() || !cursor.at_end()) {
    return fail(place, "a POINT whose bytes are no point");
  }
  out_.raw("\"x\":");
  write_double(x);
  out_.raw(",\"y\":");
  write_double(y);
  out_.raw(',');
  return true;
}

bool ValueWriter::write_vector(std::string_view bytes, const Place& place) {
  if (bytes.size() % sizeof(float) != 0) return fail(place, "a VECTOR with a cut-off element");
  ByteCursor cursor(bytes);
  out_.raw('[');
  while (!cursor.at_end()) {
    write_float(std::bit_cast<float>(cursor.read_u32()));
    if (!cursor.at_end()) out_.raw(',');
  }
  out_.raw(']');
  return true;
}

}  // namespace millrace::encode
