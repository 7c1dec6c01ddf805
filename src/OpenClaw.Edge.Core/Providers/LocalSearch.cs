using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Providers;

/// <summary>Where model servers usually listen near us. Stateless.</summary>
public static class LocalSearch
{
    private const int OllamaPort = 11434;
    private const int LmStudioPort = 1234;

    /// <summary>Places to look at, best first, by provider id.</summary>
    public static IReadOnlyList<(string Id, Uri Uri)> Places(ProcessEnvironment environment, bool inContainer)
    {
        var places = new List<(string, Uri)> { ("ollama", Ollama(environment["OLLAMA_HOST"])), ("lmstudio", At("127.0.0.1", LmStudioPort)) };
        if (inContainer)
        {
            foreach (string host in (string[])["host.docker.internal", "host.containers.internal"])
            {
                places.Add(("ollama", At(host, OllamaPort)));
                places.Add(("lmstudio", At(host, LmStudioPort)));
            }
        }

        return places;
    }

    /// <summary>Whether this process runs in a container.</summary>
    public static bool InContainer(ProcessEnvironment environment) =>
        environment["container"] is not null || environment["KUBERNETES_SERVICE_HOST"] is not null
        || File.Exists("/.dockerenv") || File.Exists("/run/.containerenv");

    /// <summary>The place that <c>OLLAMA_HOST</c> means: it is written for the server, so any address means this host.</summary>
    internal static Uri Ollama(string? host)
    {
        string text = (host ?? "").Trim().Trim('"', '\'');
        if (text.Length == 0)
        {
            return At("127.0.0.1", OllamaPort);
        }

        bool named = text.Contains("://", StringComparison.Ordinal);
        string rest = text.StartsWith(':') ? "127.0.0.1" + text : text;
        if (!Uri.TryCreate(named ? rest : "http://" + rest, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
        {
            return At("127.0.0.1", OllamaPort);
        }

        bool hasPort = rest.AsSpan(rest.LastIndexOf(']') + 1).LastIndexOf(':') > (named ? 5 : -1);
        var builder = new UriBuilder(uri) { Port = hasPort || named ? uri.Port : OllamaPort };
        if (uri.Host is "0.0.0.0" or "[::]" or "[::0]")
        {
            builder.Host = "127.0.0.1";
        }

        return builder.Uri;
    }

    private static Uri At(string host, int port) => new($"http://{host}:{port}/");
}
