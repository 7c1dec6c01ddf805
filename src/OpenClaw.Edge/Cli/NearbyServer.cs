using System.Globalization;
using System.Net;

namespace OpenClaw.Edge.Cli;

/// <summary>A model server that answered.</summary>
/// <param name="Kind"><c>ollama</c> or <c>lmstudio</c>: by its port and answer.</param>
/// <param name="Host">Where.</param>
/// <param name="Port">TCP port.</param>
internal sealed record NearbyServer(string Kind, IPAddress Host, int Port)
{
    /// <summary>What <c>models.providers.*.baseUrl</c> takes.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://{Host}:{Port}{(Kind == "ollama" ? "" : "/v1")}");
}
