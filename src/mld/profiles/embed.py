#!/usr/bin/env python3
"""embed.py OUT.cc FILE.json…: the files as C++ raw strings, in the order given."""
import os
import sys

out, files = sys.argv[1], sys.argv[2:]
with open(out, "w", encoding="utf-8") as cc:
    cc.write('#include "mld/detail/embedded_profiles.h"\n\n#include <array>\n\nnamespace mlosim::mld::detail {\n\n')
    cc.write("namespace {\n\nconstexpr std::array profiles{\n")
    for name in files:
        with open(name, encoding="utf-8") as text:
            cc.write('EmbeddedProfile{"%s", R"profile(%s)profile"},\n' % (os.path.basename(name), text.read()))
    cc.write("};\n\n}  // namespace\n\nstd::span<const EmbeddedProfile> embedded_profiles() { return profiles; }\n\n")
    cc.write("}  // namespace mlosim::mld::detail\n")
