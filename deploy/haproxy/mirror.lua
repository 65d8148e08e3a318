-- Sends a copy of each request to Sallyport's mirror listener. No request waits for its copy, and none fails with it: a copy that finds
-- no room or no listener is dropped. HAProxy 2.5 or newer, built with Lua.
local address, port = (os.getenv("SALLYPORT_MIRROR") or "127.0.0.1:9100"):match("^(.*):(%d+)$")
local WAITING_MAX = 1000
local SECONDS_MAX = 5
-- Of this hop only, or written anew.
local OWN = {
  ["connection"] = true, ["content-length"] = true, ["transfer-encoding"] = true, ["te"] = true, ["trailer"] = true,
  ["upgrade"] = true, ["keep-alive"] = true, ["proxy-connection"] = true, ["expect"] = true, ["x-forwarded-for"] = true,
}
local waiting = 0

local function send(text)
  local socket = core.tcp()
  socket:settimeout(SECONDS_MAX)
  if socket:connect(address, port) then
    socket:send(text)
    socket:receive("*l")
    socket:close()
  end
end

core.register_action("mirror", { "http-req" }, function(txn)
  if waiting >= WAITING_MAX then return end
  local body = txn.f:req_body() or ""
  -- Half a body would be judged as a broken one.
  local is_whole = tonumber(txn.f:req_body_size() or 0) <= #body
  local lines = { txn.f:method() .. " " .. txn.f:pathq() .. " HTTP/1.1" }
  for name, values in pairs(txn.http:req_get_headers()) do
    if not OWN[name] and (is_whole or name ~= "content-type") then
      for _, value in pairs(values) do lines[#lines + 1] = name .. ": " .. value end
    end
  end
  if not is_whole then body = "" end
  lines[#lines + 1] = "x-forwarded-for: " .. txn.f:src()
  lines[#lines + 1] = "content-length: " .. #body
  lines[#lines + 1] = "connection: close"
  local text = table.concat(lines, "\r\n") .. "\r\n\r\n" .. body
  waiting = waiting + 1
  core.register_task(function()
    pcall(send, text)
    waiting = waiting - 1
  end)
end)
