using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Providers;

/// <summary>Makes catalogue entries from the configuration, from presets and from what is found. The one place that names
/// every client.</summary>
internal sealed class ProviderEntries(ProcessEnvironment environment, ProviderHttp http, TimeProvider clock, int? localSlots)
{
    private static readonly string[] NoKeyMarkers = ["ollama-local", "ollama", "lm-studio", "lmstudio", "none", "no-key", "not-needed"];

    /// <summary>The entry of a configured provider; null when it has no usable address.</summary>
    public ModelProviderEntry? Configured(string id, ModelProviderConfig config, bool discovers)
    {
        ProviderPreset? preset = ProviderPreset.Find(id);
        string? text = config.BaseUrl ?? preset?.BaseUrl;
        if (text is null || !TryParse(text, out Uri? uri))
        {
            return null; // the validator has told
        }

        string api = ApiNames.Canonical(config.Api) ?? ApiNames.Guess(id, uri) ?? ApiNames.Auto;
        ModelServer server = Server(id, uri, api, preset) with
        {
            ApiKey = Key(config.ApiKey, uri, preset, id, out string? origin),
            Headers = [.. config.Headers],
            Timeout = config.TimeoutSeconds is > 0 and int seconds ? TimeSpan.FromSeconds(seconds) : null,
            KeepAlive = KeepAliveJson(config.KeepAlive),
            Params = config.Params.ValueKind == JsonValueKind.Object ? config.Params : null,
            Models = Wishes(config.Models),
            Discovers = discovers || config.Models.Count == 0,
        };
        return Make(server, api, uri, config.MaxConcurrent) with { KeyOrigin = origin };
    }

    /// <summary>The entry of a preset whose key is in the environment; null when it is not, or it needs none.</summary>
    public ModelProviderEntry? FromEnvironment(ProviderPreset preset)
    {
        var uri = new Uri(preset.BaseUrl);
        string? name = preset.KeyNames.FirstOrDefault(name => !string.IsNullOrWhiteSpace(environment[name]));
        return name is null || HostReach.IsLocal(uri)
            ? null
            : Make(Server(preset.Id, uri, preset.Api, preset) with { ApiKey = environment[name] }, preset.Api, uri, null) with { KeyOrigin = name };
    }

    /// <summary>The entry of a local server that may be there.</summary>
    public ModelProviderEntry Found(string id, Uri uri)
    {
        ProviderPreset preset = ProviderPreset.Find(id)!;
        ModelServer server = Server(id, uri, preset.Api, preset) with { ApiKey = Key(null, uri, preset, id, out string? origin) };
        return Make(server, preset.Api, uri, null) with { Discovered = true, KeyOrigin = origin };
    }

    /// <summary>The demo model's entry.</summary>
    public static ModelProviderEntry Demo(TimeProvider clock) => new()
    {
        Id = DemoProvider.ProviderId,
        Api = "demo",
        BaseUri = new Uri("demo://assistant/"),
        Provider = new DemoProvider(clock),
        Local = true,
        Seed = [DemoProvider.Info],
    };

    private ModelProviderEntry Make(ModelServer server, string api, Uri uri, int? maxConcurrent)
    {
        ModelServer openAi = server with { Root = ServerRoots.OpenAi(uri) };
        ModelServer native = server with { Root = ServerRoots.Native(uri) };
        ModelServer passThrough = api is ApiNames.Ollama or ApiNames.LmStudio ? native with { Root = new Uri(native.Root, "v1/") } : openAi;
        IModelProvider provider = api switch
        {
            ApiNames.Ollama => new OllamaProvider(native),
            ApiNames.LmStudio => new LmStudioProvider(native with { Root = new Uri(native.Root, "v1/") }, native, responses: false),
            ApiNames.Completions => new OpenAiProvider(openAi, responses: false),
            ApiNames.Responses => new OpenAiProvider(openAi, responses: true),
            ApiNames.Messages => new AnthropicProvider(server with { Root = ServerRoots.Versioned(uri), KeyHeader = "x-api-key", Headers = AnthropicHeaders(server) }),
            _ => new AutoProvider(native, openAi),
        };
        return new ModelProviderEntry
        {
            Id = server.Id,
            Api = api,
            BaseUri = server.Root,
            Provider = provider,
            Embedder = provider as IEmbedder,
            Local = server.Local,
            PassThrough = api == ApiNames.Messages ? null : new PassThroughTarget(passThrough.Root, passThrough.Credentials())
            {
                FirstByteTimeout = passThrough.FirstByteTimeout,
                StallTimeout = passThrough.StallTimeout,
            },
            MaxConcurrent = maxConcurrent ?? (server.Local ? localSlots ?? 1 : 0),
            Seed = [.. server.Models.Keys.Select(id => ModelInfos.Configured(server, id))],
        };
    }

    private ModelServer Server(string id, Uri uri, string api, ProviderPreset? preset) => new()
    {
        Id = id,
        Title = api switch { ApiNames.Ollama => "Ollama", ApiNames.LmStudio => "LM Studio", _ => preset?.Title ?? id },
        Root = ServerRoots.Native(uri),
        Local = HostReach.IsLocal(uri),
        KeyName = preset?.KeyNames[0],
        StartHint = api switch
        {
            ApiNames.Ollama => "start it with: ollama serve (on another host it must listen with OLLAMA_HOST=0.0.0.0)",
            ApiNames.LmStudio => "start its server with: lms server start",
            _ => $"check that it runs and models.providers.{id}.baseUrl",
        },
        Http = http,
        Clock = clock,
    };

    private static IReadOnlyList<KeyValuePair<string, string>> AnthropicHeaders(ModelServer server) =>
        server.Headers.Any(header => header.Key.Equals("anthropic-version", StringComparison.OrdinalIgnoreCase))
            ? server.Headers
            : [new("anthropic-version", "2023-06-01"), .. server.Headers];

    /// <summary>The configured key, else one of the environment's, which goes only where it belongs.</summary>
    private string? Key(string? configured, Uri uri, ProviderPreset? preset, string id, out string? origin)
    {
        origin = null;
        if (!string.IsNullOrWhiteSpace(configured))
        {
            if (HostReach.IsLocal(uri) && NoKeyMarkers.Contains(configured.Trim(), StringComparer.OrdinalIgnoreCase))
            {
                return null;
            }

            origin = "";
            return configured.Trim();
        }

        ProviderPreset? owner = HostReach.IsLocal(uri) ? preset is not null && HostReach.IsLocal(new Uri(preset.BaseUrl)) ? preset : null : ProviderPreset.ByHost(uri);
        IEnumerable<string> names = owner?.KeyNames ?? [id.ToUpperInvariant().Replace('-', '_') + "_API_KEY"];
        string? name = owner is null && ProviderPreset.Find(id) is not null
            ? null // a known cloud's key is not sent to another host
            : names.FirstOrDefault(name => !string.IsNullOrWhiteSpace(environment[name]));
        string? found = name is null ? null : environment[name];
        if (found is null || NoKeyMarkers.Contains(found, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        origin = name;
        return found;
    }

    private static bool TryParse(string text, out Uri uri)
    {
        string whole = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        return Uri.TryCreate(whole, UriKind.Absolute, out uri!) && uri.Scheme is "http" or "https";
    }

    /// <summary>A number stays one (<c>-1</c> is for ever); anything else is a duration in a string.</summary>
    private static string? KeepAliveJson(string? wish) =>
        string.IsNullOrWhiteSpace(wish) ? null
        : long.TryParse(wish, out _) ? wish.Trim()
        : "\"" + JsonEncodedText.Encode(wish.Trim()) + "\"";

    private static Dictionary<string, ModelWish> Wishes(IReadOnlyList<ModelConfig> models)
    {
        var wishes = new Dictionary<string, ModelWish>(StringComparer.Ordinal);
        foreach (ModelConfig model in models)
        {
            wishes[model.Id] = new ModelWish
            {
                Name = model.Name,
                Reasoning = model.Reasoning,
                Vision = model.Input.Count > 0 ? model.Input.Contains("image") : null,
                Tools = Flag(model.Compat, "supportsTools"),
                ContextWindow = model.ContextWindow,
                ContextTokens = model.ContextTokens,
                MaxTokens = model.MaxTokens,
                Cost = model.Cost is { } cost ? new ModelCost(cost.Input, cost.Output, cost.CacheRead, cost.CacheWrite) : null,
                Params = model.Params.ValueKind == JsonValueKind.Object ? model.Params : null,
                MaxTokensField = Text(model.Compat, "maxTokensField"),
            };
        }

        return wishes;
    }

    private static bool? Flag(JsonElement compat, string name) =>
        compat.ValueKind == JsonValueKind.Object && compat.TryGetProperty(name, out JsonElement value)
            && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : null;

    private static string? Text(JsonElement compat, string name) =>
        compat.ValueKind == JsonValueKind.Object && compat.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String && value.GetString() is "max_tokens" or "max_completion_tokens"
            ? compat.GetProperty(name).GetString()
            : null;
}
