"""PyIceberg for the proof: compares tables and Arrow streams, and writes tables of its own. The requests are told where they are answered."""
import compare_frames
import read_tables
import write_tables
from serve import serve

serve({"frames": compare_frames.compare, "read": read_tables.compare, "write": write_tables.write})
