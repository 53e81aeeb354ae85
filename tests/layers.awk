# Who may include whom (DESIGN.md, section 3), one owner file a library, and
# no printing or exiting below commands/. Usage:
#   gawk -f tests/layers.awk $(git ls-files '*.c' '*.h')
# Silent when all is well; exit 1 otherwise.
BEGIN {
    rank["base"] = 0; rank["collectors"] = rank["store"] = 1
    rank["pipeline"] = 2; rank["digest"] = 3; rank["commands"] = 4
    rank["tests"] = 9
    owner["curl"] = "^base/http[a-z_]*\\.c$"
    owner["yajl"] = "^base/json\\.c$"
    owner["pcre2.h"] = "^base/pattern\\.c$"
    owner["lmdb.h"] = "^store/lmdb[a-z_]*\\.[ch]$"
    owner["yaml.h"] = "^base/config\\.c$"
    owner["sodium.h"] = owner["xxhash.h"] = "^base/hash\\.c$"
    owner["sqlite3.h"] = "^commands/sheet\\.c$"
    owner["zlib.h"] = owner["zstd.h"] = "^collectors/file_unpack\\.c$"
    owner["expat.h"] = "^base/feed\\.c$"
    owner["microhttpd.h"] = "^commands/serve\\.c$"
    owner["linear.h"] = "^pipeline/fit[a-z_]*\\.c$"
}
FNR == 1 { split(FILENAME, from, "/"); depth = split(FILENAME, parts, "/") }
from[1] == "tests" || depth == 1 { next }
/^[ \t]*#[ \t]*include/ {
    sub(/^[ \t]*#[ \t]*include/, "#include ")
    is_local = $2 ~ /^"/
    split($2, to, /["<>\/]/)
    if (is_local && !(to[2] in rank)) {
        bad(FNR, "say the folder of " $2)
    } else if (is_local) {
        up = from[1] != to[2] && rank[to[2]] >= rank[from[1]]
        sibling = from[1] == "collectors" && to[2] == from[1] &&
                  to[3] != "collector.h" && from[2] !~ /^registry\.c$/ &&
                  !same_family(from[2], to[3])
        impure = from[1] == "pipeline" && from[2] !~ /^ingest[a-z_]*\./ &&
                 to[2] ~ /^(collectors|store)$/
        if (up || sibling || impure)
            bad(FNR, "must not include " $2)
    } else {
        library = to[2] in owner ? to[2] : $2 ~ /^<(curl|yajl)\// ? to[2] : ""
        if (library != "" && FILENAME !~ owner[library])
            bad(FNR, "only its owner file may include " $2)
    }
}
/\<(_?exit|_Exit|quick_exit|abort|v?printf|puts|putchar|perror)\(|\<(stdout|stderr|STD(OUT|ERR)_FILENO)\>/ {
    if (from[1] != "commands" && FILENAME !~ /^(base\/(log|mem)|store\/lmdb_fault)\.c$/ &&
        $0 !~ /^ *(\/\*|\*)/)
        bad(FNR, "only commands/ prints or ends the program")
}
# file.c and file_rows.c belong together; file.h is theirs
function same_family(a, b) {
    sub(/[_.].*/, "", a); sub(/[_.].*/, "", b)
    return a == b
}
function bad(line, text) {
    print FILENAME ":" line ": " text
    faults++
}
END { exit faults > 0 }
