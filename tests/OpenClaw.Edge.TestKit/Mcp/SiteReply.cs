using System.Text;

namespace OpenClaw.Edge.TestKit.Mcp;

/// <summary>The answer to one request of a <see cref="ScriptedMcpSite"/>, written in pieces. The connection ends when the test returns.</summary>
public sealed class SiteReply(Stream stream, CancellationToken stopping)
{
    /// <summary>Ends when the server stops.</summary>
    public CancellationToken Stopping => stopping;

    /// <summary>Answers without a body.</summary>
    public Task StatusAsync(string status, string headers = "") => RawAsync($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n{headers}Connection: close\r\n\r\n");

    /// <summary>Answers with a body.</summary>
    public Task BodyAsync(string body, string type = "application/json", string status = "200 OK", string headers = "") =>
        RawAsync($"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}Connection: close\r\n\r\n{body}");

    /// <summary>Answers a JSON-RPC request with a result.</summary>
    public Task ResultAsync(SiteRequest request, string result, string headers = "") => BodyAsync(Message(request.RpcId, result), headers: headers);

    /// <summary>Begins an event stream.</summary>
    public Task StreamAsync(string headers = "") => RawAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{headers}Connection: close\r\n\r\n");

    /// <summary>Sends an event of an event stream.</summary>
    public Task EventAsync(string data, string name = "message") => RawAsync($"event: {name}\ndata: {data}\n\n");

    /// <summary>Sends bytes as they are.</summary>
    public async Task RawAsync(string text)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), stopping);
        await stream.FlushAsync(stopping);
    }

    /// <summary>A JSON-RPC answer.</summary>
    public static string Message(string id, string result) => $$"""{"jsonrpc":"2.0","id":{{id}},"result":{{result}}}""";
}
