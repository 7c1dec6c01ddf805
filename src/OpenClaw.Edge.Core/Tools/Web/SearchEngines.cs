using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>How each search engine is asked and read. Their addresses come from the configuration, never from a model. Thread-safe.</summary>
internal sealed class SearchEngines(Func<ConfigSnapshot> config, ProviderHttp http)
{
    private const int MaxBytes = 2 * 1024 * 1024;

    /// <summary>Searches. Throws <see cref="WebRefusedException"/> with what to do, and <see cref="HttpRequestException"/>.</summary>
    public Task<List<SearchHit>> SearchAsync(string engine, string query, int count, JsonElement asked, CancellationToken cancellationToken)
    {
        SearchEngineConfig settings = config().Config.Tools.Web.Search.Of(engine);
        return engine switch
        {
            "searxng" => SearxngAsync(settings, query, count, asked, cancellationToken),
            "brave" => BraveAsync(settings, query, count, asked, cancellationToken),
            "duckduckgo" => DuckDuckGoAsync(settings, query, count, asked, cancellationToken),
            "ollama" => OllamaAsync(settings, query, count, cancellationToken),
            _ => throw new WebRefusedException($"tools.web.search.provider is '{engine}'; it can be searxng, brave, duckduckgo or ollama"),
        };
    }

    private async Task<List<SearchHit>> SearxngAsync(SearchEngineConfig settings, string query, int count, JsonElement asked, CancellationToken cancellationToken)
    {
        if (settings.BaseUrl is not { } root)
        {
            throw new WebRefusedException("SearXNG has no address: set plugins.entries.searxng.config.webSearch.baseUrl, or SEARXNG_BASE_URL");
        }

        string categories = Given(asked, "categories") ?? settings.Categories ?? "general";
        string language = Given(asked, "language") ?? settings.Language ?? "";
        string url = $"{root.TrimEnd('/')}/search?q={Uri.EscapeDataString(query)}&format=json&categories={Uri.EscapeDataString(categories)}"
            + (language.Length > 0 ? $"&language={Uri.EscapeDataString(language)}" : "")
            + (Given(asked, "freshness") is { } freshness ? $"&time_range={Uri.EscapeDataString(freshness)}" : "");
        using JsonDocument answer = await JsonAsync("SearXNG", new HttpRequestMessage(HttpMethod.Get, url), "it refuses JSON: add json to search.formats in its settings.yml", cancellationToken);
        return Hits(answer.RootElement, "results", count, "content", "publishedDate");
    }

    private async Task<List<SearchHit>> BraveAsync(SearchEngineConfig settings, string query, int count, JsonElement asked, CancellationToken cancellationToken)
    {
        if (settings.ApiKey is not { } key)
        {
            throw new WebRefusedException("Brave has no key: set plugins.entries.brave.config.webSearch.apiKey, or BRAVE_API_KEY");
        }

        string freshness = Given(asked, "freshness") switch { "day" => "pd", "week" => "pw", "month" => "pm", "year" => "py", _ => "" };
        string url = $"{(settings.BaseUrl ?? "https://api.search.brave.com").TrimEnd('/')}/res/v1/web/search?q={Uri.EscapeDataString(query)}&count={count}"
            + (freshness.Length > 0 ? $"&freshness={freshness}" : "")
            + (Given(asked, "country") is { } country ? $"&country={Uri.EscapeDataString(country)}" : "")
            + ((Given(asked, "language") ?? settings.Language) is { } language ? $"&search_lang={Uri.EscapeDataString(language)}" : "");
        HttpRequestMessage request = new(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("X-Subscription-Token", key);
        using JsonDocument answer = await JsonAsync("Brave", request, "its key is refused: plugins.entries.brave.config.webSearch.apiKey", cancellationToken);
        return answer.RootElement.TryGetProperty("web", out JsonElement web) ? Hits(web, "results", count, "description", "page_age") : [];
    }

    private async Task<List<SearchHit>> DuckDuckGoAsync(SearchEngineConfig settings, string query, int count, JsonElement asked, CancellationToken cancellationToken)
    {
        string safe = (Given(asked, "safeSearch") ?? settings.SafeSearch) switch { "strict" => "1", "off" => "-2", _ => "-1" };
        string url = $"{(settings.BaseUrl ?? "https://html.duckduckgo.com").TrimEnd('/')}/html/?q={Uri.EscapeDataString(query)}&kp={safe}"
            + ((Given(asked, "region") ?? settings.Region) is { } region ? $"&kl={Uri.EscapeDataString(region)}" : "");
        HttpRequestMessage request = new(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0");
        string html = Encoding.UTF8.GetString(await BytesAsync("DuckDuckGo", request, "it takes this machine for a robot; wait, or use another engine", cancellationToken));
        List<SearchHit> hits = [];
        Results(HtmlReader.Read(html, out _), hits);
        return hits.Count == 0 && html.Contains("anomaly", StringComparison.OrdinalIgnoreCase)
            ? throw new WebRefusedException("DuckDuckGo takes this machine for a robot; wait, or use another engine (tools.web.search.provider)")
            : [.. hits.Take(count)];
    }

    private async Task<List<SearchHit>> OllamaAsync(SearchEngineConfig settings, string query, int count, CancellationToken cancellationToken)
    {
        ConfigSnapshot snapshot = config();
        snapshot.Config.Models.Providers.TryGetValue("ollama", out ModelProviderConfig? ollama);
        string root = (settings.BaseUrl ?? ollama?.BaseUrl ?? "http://127.0.0.1:11434").TrimEnd('/');
        root = root.EndsWith("/v1", StringComparison.Ordinal) ? root[..^3] : root;
        bool hosted = root.Equals("https://ollama.com", StringComparison.OrdinalIgnoreCase);
        string? key = hosted ? ollama?.ApiKey ?? snapshot.Environment["OLLAMA_API_KEY"] : ollama?.ApiKey;
        foreach (string path in hosted ? (string[])["/api/web_search"] : ["/api/experimental/web_search", "/api/web_search"])
        {
            HttpRequestMessage request = new(HttpMethod.Post, root + path)
            {
                Content = new ByteArrayContent(Encoding.UTF8.GetBytes(
                    $$"""{"query":"{{JsonEncodedText.Encode(query)}}","max_results":{{count.ToString(CultureInfo.InvariantCulture)}}}""")),
            };
            request.Content.Headers.ContentType = new("application/json");
            if (key is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
            }

            try
            {
                using JsonDocument answer = await JsonAsync("Ollama", request, "it is not signed in: run `ollama signin` there", cancellationToken);
                return Hits(answer.RootElement, "results", count, "content", "");
            }
            catch (HttpRequestException exception) when (exception.StatusCode == HttpStatusCode.NotFound && path.Contains("experimental", StringComparison.Ordinal))
            {
                // an older one: the second path
            }
        }

        throw new WebRefusedException("this Ollama has no web search; update it, or set plugins.entries.ollama.config.webSearch.baseUrl");
    }

    private async Task<JsonDocument> JsonAsync(string name, HttpRequestMessage request, string forbidden, CancellationToken cancellationToken)
    {
        byte[] body = await BytesAsync(name, request, forbidden, cancellationToken);
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            throw new WebRefusedException($"{name} at {request.RequestUri?.Host} did not answer with JSON");
        }
    }

    private async Task<byte[]> BytesAsync(string name, HttpRequestMessage request, string forbidden, CancellationToken cancellationToken)
    {
        using HttpRequestMessage own = request;
        using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.Accepted)
        {
            throw (int)response.StatusCode is 202 or 401 or 403 ? new WebRefusedException($"{name}: {forbidden}")
                : (int)response.StatusCode == 429 ? new WebRefusedException($"{name} has had too many searches; wait a minute")
                : new HttpRequestException($"{name} answered {(int)response.StatusCode}", null, response.StatusCode);
        }

        return (await WebBody.ReadAsync(response.Content, MaxBytes, cancellationToken)).Bytes;
    }

    private static List<SearchHit> Hits(JsonElement parent, string list, int count, string snippet, string published) =>
        !parent.TryGetProperty(list, out JsonElement results) || results.ValueKind != JsonValueKind.Array ? [] :
        [
            .. results.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object).Take(count).Select(item => new SearchHit(
                ToolJson.Text(item, "title"), ToolJson.Text(item, "url"), ToolJson.Text(item, snippet), ToolJson.Text(item, published))),
        ];

    // <a class="result__a" href="//duckduckgo.com/l/?uddg=…">title</a> … <a class="result__snippet">snippet</a>
    private static void Results(HtmlNode node, List<SearchHit> hits)
    {
        foreach (HtmlNode child in node.Children)
        {
            string kind = child.Of("class");
            if (kind.Contains("result--ad", StringComparison.Ordinal))
            {
                continue;
            }

            if (child.Name == "a" && kind.Contains("result__a", StringComparison.Ordinal))
            {
                hits.Add(new SearchHit(Text(child), Target(child.Of("href")), ""));
            }
            else if (kind.Contains("result__snippet", StringComparison.Ordinal) && hits.Count > 0)
            {
                hits[^1] = hits[^1] with { Snippet = Text(child) };
            }
            else
            {
                Results(child, hits);
            }
        }
    }

    private static string Text(HtmlNode node) => new PageWriter(new Uri("https://duckduckgo.com/"), markdown: false, skipExtras: false).Write(node);

    private static string Target(string href)
    {
        int at = href.IndexOf("uddg=", StringComparison.Ordinal);
        return at < 0 ? href : Uri.UnescapeDataString(href[(at + 5)..].Split('&')[0]);
    }

    private static string? Given(JsonElement asked, string name) => ToolJson.Text(asked, name) is { Length: > 0 } text ? text : null;
}
