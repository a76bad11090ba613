-- wrk: 50 people, each with a session of their own, read a page, look at it for one to three seconds, and go on.
local sessions = {}
local thinking = tonumber(os.getenv("BENCH_THINK") or "2000")

function init(args)
  for line in io.lines(os.getenv("BENCH_SESSIONS")) do
    local cookie, team = line:match("(%S+) (%S+)")
    sessions[#sessions + 1] = { cookie = cookie, pages = { "/", team, "/company" } }
  end
  math.randomseed(20261122)
end

function request()
  local one = sessions[math.random(#sessions)]
  local headers = { ["Cookie"] = "sessionid=" .. one.cookie .. "; language=de" }
  return wrk.format("GET", one.pages[math.random(#one.pages)], headers)
end

function delay()
  return thinking == 0 and 0 or math.random(thinking / 2, thinking * 3 / 2)
end

function done(summary, latency, requests)
  io.write(string.format("requests %d errors %d median %.0f p95 %.0f p99 %.0f max %.0f\n", summary.requests,
    summary.errors.status + summary.errors.timeout + summary.errors.read + summary.errors.connect,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
