# The layer check is silent on the tree and catches each planted break.
cd "$ROOT" || exit 1
command -v gawk >/dev/null || { echo "skip: gawk is not installed"; exit 77; }
files=$(find base collectors store pipeline digest commands -name '*.[ch]')
gawk -f tests/layers.awk $files || { echo "the tree breaks its own layers"; exit 1; }
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cp tests/layers.awk "$dir"; cd "$dir" || exit 1
plant() { # FILE LINE
    rm -rf base collectors store pipeline digest commands
    mkdir -p "$(dirname "$1")"
    printf '%s\n' "$2" >"$1"
    if gawk -f layers.awk "$1" >out; then
        echo "not caught: $1: $2"; exit 1
    fi
}
plant base/x.c '#include "store/store.h"'
plant store/x.c '#include "collectors/collector.h"'
plant collectors/x.c '#include "store/store.h"'
plant collectors/bluesky.c '#include "collectors/mastodon.h"'
plant pipeline/clean.c '#include "store/store.h"'
plant digest/x.c '#include "commands/command.h"'
plant pipeline/x.c '#include "digest/digest.h"'
plant collectors/x.c '#include <curl/curl.h>'
plant collectors/x.c '#include <yajl/yajl_parse.h>'
plant pipeline/x.c '#include <pcre2.h>'
plant digest/x.c '#include <lmdb.h>'
plant store/store.c '    printf("hello");'
plant base/x.c '        exit(1);'
plant digest/x.c '    fprintf(stderr, "x");'
plant digest/x.c 'perror("x");'
plant store/x.c '    fputs("x", stdout);'
plant store/x.c '#include "../collectors/file.h"'
plant store/x.c '  #  include "digest/digest.h"'
rm -rf commands; mkdir commands; printf '    printf("fine");\n' >commands/x.c
gawk -f layers.awk commands/x.c || { echo "commands/ may print"; exit 1; }
