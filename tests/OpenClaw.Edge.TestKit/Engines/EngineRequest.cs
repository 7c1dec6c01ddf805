using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OpenClaw.Edge.TestKit.Engines;

/// <summary>One request to a fake engine.</summary>
internal sealed record EngineRequest(string Method, string Path, IReadOnlyDictionary<string, string> Query, byte[] Body)
{
    /// <summary>Reads the next request; null when the peer has none.</summary>
    public static async Task<EngineRequest?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, cancel) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        string[] lines = head.ToString().Split("\r\n");
        string[] first = lines[0].Split(' ');
        string length = lines.FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))?[15..].Trim() ?? "0";
        byte[] body = new byte[int.Parse(length, CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, cancel);
        string[] target = first[1].Split('?', 2);
        string path = target[0].StartsWith("/v1.", StringComparison.Ordinal) ? target[0][target[0].IndexOf('/', 1)..] : target[0];
        Dictionary<string, string> query = (target.Length > 1 ? target[1] : "").Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair.ElementAtOrDefault(1) ?? ""));
        return new EngineRequest(first[0], Uri.UnescapeDataString(path), query, body);
    }

    /// <summary>The body.</summary>
    public JsonElement Json()
    {
        using JsonDocument document = JsonDocument.Parse(Body);
        return document.RootElement.Clone();
    }
}
