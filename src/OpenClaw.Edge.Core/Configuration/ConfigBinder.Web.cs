using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <content>The <c>tools.web</c> section.</content>
internal static partial class ConfigBinder
{
    private static WebToolsConfig BindWeb(ConfigSection web, ConfigSection plugins)
    {
        ConfigSection search = web.Section("search");
        var s = new WebSearchConfig();
        return new WebToolsConfig
        {
            Search = new WebSearchConfig
            {
                Enabled = search.Flag("enabled"),
                Provider = search.Text("provider"),
                MaxResults = search.Whole("maxResults", s.MaxResults),
                TimeoutSeconds = search.Whole("timeoutSeconds", s.TimeoutSeconds),
                CacheTtlMinutes = search.Whole("cacheTtlMinutes", s.CacheTtlMinutes),
                Engines = BindEngines(plugins, search),
            },
            Fetch = BindFetch(web.Section("fetch")),
        };
    }

    private static Dictionary<string, SearchEngineConfig> BindEngines(ConfigSection plugins, ConfigSection search)
    {
        var engines = new Dictionary<string, SearchEngineConfig>(StringComparer.OrdinalIgnoreCase);
        foreach (string name in (ReadOnlySpan<string>)["brave", "duckduckgo", "ollama", "searxng"])
        {
            ConfigSection own = plugins.Section(name).Section("config").Section("webSearch");
            string? key = own.Text("apiKey") ?? (name == (search.Text("provider") ?? "brave") ? search.Text("apiKey") : null); // the old place
            if (own.Exists || key is not null)
            {
                engines[name] = new SearchEngineConfig
                {
                    BaseUrl = own.Text("baseUrl"),
                    ApiKey = key,
                    Categories = own.Text("categories"),
                    Language = own.Text("language"),
                    Region = own.Text("region"),
                    SafeSearch = own.Text("safeSearch"),
                };
            }
        }
        return engines;
    }

    private static WebFetchConfig BindFetch(ConfigSection fetch)
    {
        var d = new WebFetchConfig();
        ConfigSection ssrf = fetch.Section("ssrfPolicy");
        return new WebFetchConfig
        {
            Enabled = fetch.Flag("enabled", d.Enabled),
            MaxChars = fetch.Whole("maxChars", d.MaxChars),
            MaxCharsCap = fetch.Whole("maxCharsCap", d.MaxCharsCap),
            MaxResponseBytes = fetch.Whole("maxResponseBytes", d.MaxResponseBytes),
            TimeoutSeconds = fetch.Whole("timeoutSeconds", d.TimeoutSeconds),
            CacheTtlMinutes = fetch.Whole("cacheTtlMinutes", d.CacheTtlMinutes),
            MaxRedirects = fetch.Whole("maxRedirects", d.MaxRedirects),
            Readability = fetch.Flag("readability", d.Readability),
            UserAgent = fetch.Text("userAgent"),
            Headers = fetch.Has("headers") ? fetch.TextMap("headers") : ReadOnlyDictionary<string, string>.Empty,
            Ssrf = new SsrfConfig
            {
                AllowPrivateNetwork = ssrf.Flag("dangerouslyAllowPrivateNetwork", false),
                AllowedHostnames = ssrf.Texts("allowedHostnames"),
                BlockedHostnames = ssrf.Texts("blockedHostnames"),
                AllowRfc2544BenchmarkRange = ssrf.Flag("allowRfc2544BenchmarkRange", false),
                AllowIpv6UniqueLocalRange = ssrf.Flag("allowIpv6UniqueLocalRange", false),
            },
        };
    }
}
