# What is known of how complete posts are, as rows.
cat >coverage.csv <<'END'
label,from,until,state
forum,2026-11-19T00:00:00Z,2026-11-20T00:00:00Z,covered
forum,2026-11-20T00:00:00Z,2026-11-20T06:00:00Z,failed
forum,2026-11-21,2026-11-20,covered
forum,2026-11-21,2026-11-22,perhaps
forum,2026-11-21
END
swell --store store import --what coverage coverage.csv 2>&1
echo "status $?"
