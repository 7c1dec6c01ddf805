using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.TestKit.Mcp;

/// <summary>A request as <see cref="ScriptedMcpSite"/> got it.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path with its query.</param>
/// <param name="Head">The whole head.</param>
/// <param name="Body">The body.</param>
public sealed record SiteRequest(string Method, string Path, string Head, string Body)
{
    /// <summary>The JSON-RPC method; empty when there is none.</summary>
    public string RpcMethod => Body.Length > 0 && Root.TryGetProperty("method", out JsonElement method) ? method.GetString()! : "";

    /// <summary>The JSON-RPC id as it is written; empty when there is none.</summary>
    public string RpcId => Body.Length > 0 && Root.TryGetProperty("id", out JsonElement id) ? id.GetRawText() : "";

    private JsonElement Root => JsonDocument.Parse(Body).RootElement;

    /// <summary>A header's value; null when it is not there.</summary>
    public string? Header(string name) => Head.Split("\r\n").Skip(1)
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(line => line[(name.Length + 1)..].Trim()).FirstOrDefault();

    /// <summary>Reads one request; null when the peer went away.</summary>
    internal static async Task<SiteRequest?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[16 * 1024];
        List<byte> got = [];
        int end;
        while ((end = Encoding.Latin1.GetString([.. got]).IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            int read = await stream.ReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                return null;
            }

            got.AddRange(buffer.AsSpan(0, read));
        }

        string head = Encoding.Latin1.GetString([.. got], 0, end);
        string[] first = head.Split(' ', 3);
        var request = new SiteRequest(first[0], first[1], head, "");
        int length = int.Parse(request.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture);
        bool chunked = request.Header("Transfer-Encoding") == "chunked";
        while (chunked ? !Encoding.Latin1.GetString([.. got]).EndsWith("0\r\n\r\n", StringComparison.Ordinal) : got.Count < end + 4 + length)
        {
            int read = await stream.ReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                return null;
            }

            got.AddRange(buffer.AsSpan(0, read));
        }

        string body = Encoding.UTF8.GetString([.. got], end + 4, got.Count - end - 4);
        return request with { Body = chunked ? Unchunk(body) : body };
    }

    private static string Unchunk(string body)
    {
        StringBuilder whole = new();
        while (body.IndexOf("\r\n", StringComparison.Ordinal) is > 0 and int line
            && int.Parse(body[..line], NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and int size)
        {
            whole.Append(body, line + 2, size);
            body = body[(line + 4 + size)..];
        }

        return whole.ToString();
    }
}
