namespace OpenClaw.Edge.Cli;

/// <summary>Which gateway a command talks to, and with which secret.</summary>
/// <param name="Uri">A <c>ws</c> or <c>wss</c> address.</param>
/// <param name="Token">Shared token.</param>
/// <param name="Password">Shared password.</param>
/// <param name="Source">Where the address comes from, for messages: <c>--url</c>, <c>config</c>, ….</param>
/// <param name="Local">Whether it is the gateway that this machine's configuration describes.</param>
public sealed record GatewayTarget(Uri Uri, string? Token, string? Password, string Source, bool Local)
{
    /// <summary>The same place for a browser.</summary>
    public Uri HttpUri => new UriBuilder(Uri) { Scheme = Uri.Scheme == "wss" ? "https" : "http" }.Uri;

    /// <summary>The address as messages show it: without user, query, fragment.</summary>
    public string Display => $"{Uri.Scheme}://{Uri.Authority}{(Uri.AbsolutePath == "/" ? "" : Uri.AbsolutePath)}";

    /// <summary>Reads an address as people write it: <c>host</c>, <c>host:port</c>, <c>http://…</c>, <c>ws://…</c>.</summary>
    public static bool TryParse(string text, int defaultPort, out Uri uri)
    {
        string candidate = text.Contains("://", StringComparison.Ordinal) ? text : $"ws://{text}";
        if (!Uri.TryCreate(candidate, UriKind.Absolute, out Uri? parsed) || parsed.Host.Length == 0)
        {
            uri = new Uri("ws://invalid.invalid");
            return false;
        }

        string scheme = parsed.Scheme switch { "http" or "ws" => "ws", "https" or "wss" => "wss", _ => "" };
        // A bare host means our own port; a full address means what it says, port 80 or 443 included.
        bool bare = candidate != text && !text.Contains(':', StringComparison.Ordinal);
        uri = scheme.Length == 0
            ? parsed
            : new UriBuilder(parsed) { Scheme = scheme, Port = bare ? defaultPort : parsed.Port, UserName = "", Password = "" }.Uri;
        return scheme.Length > 0;
    }
}
