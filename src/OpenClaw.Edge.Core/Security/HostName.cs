using System.Net;

namespace OpenClaw.Edge.Security;

/// <summary>Takes host names out of headers. Never throws on input.</summary>
internal static class HostName
{
    /// <summary>Lower-case name or address of a <c>Host</c> header, without port and brackets; empty when malformed.</summary>
    public static string OfHostHeader(string? header)
    {
        string text = (header ?? "").Trim();
        if (text.StartsWith('['))
        {
            int end = text.IndexOf(']', StringComparison.Ordinal);
            return end > 1 ? text[1..end].ToLowerInvariant() : "";
        }

        int colon = text.LastIndexOf(':');
        if (colon >= 0)
        {
            text = text[..colon];
        }

        return text.Contains('/', StringComparison.Ordinal) || text.Contains('@', StringComparison.Ordinal)
            ? ""
            : text.TrimEnd('.').ToLowerInvariant();
    }

    /// <summary>Host of an <c>Origin</c> header or of a configured origin; empty when it is none.</summary>
    public static string OfOrigin(string? origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
            ? OfUri(uri)
            : "";

    /// <summary>Host and port of an origin as a <c>Host</c> header would have them; empty when it is none.</summary>
    public static string AuthorityOfOrigin(string? origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
            ? uri.Authority.ToLowerInvariant()
            : "";

    /// <summary>Whether the name means this host only.</summary>
    public static bool IsLoopback(string host) =>
        host == "localhost"
        || host.EndsWith(".localhost", StringComparison.Ordinal)
        || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(PeerAddress.Normalize(address)));

    private static string OfUri(Uri uri) => uri.IdnHost.Trim('[', ']').TrimEnd('.').ToLowerInvariant();
}
