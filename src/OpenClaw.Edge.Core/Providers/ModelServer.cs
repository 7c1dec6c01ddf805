using System.Text.Json;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Providers;

/// <summary>One model server as the clients see it: where it is, what opens it, how patient to be. Holds a secret: it has no
/// text form but its address.</summary>
internal sealed record ModelServer
{
    /// <summary>Silence before the first byte that a local server is granted: a 20 GB model from a slow disk takes minutes.</summary>
    public static readonly TimeSpan LocalFirstByte = TimeSpan.FromMinutes(10); // guess

    /// <summary>The same for a far one.</summary>
    public static readonly TimeSpan FarFirstByte = TimeSpan.FromMinutes(3); // guess

    /// <summary>Silence in the middle of an answer after which it counts as stalled.</summary>
    public static readonly TimeSpan DefaultStall = TimeSpan.FromMinutes(2); // guess

    /// <summary>Provider id.</summary>
    public required string Id { get; init; }

    /// <summary>The server's kind for a person: <c>Ollama</c>, <c>LM Studio</c>, or the provider id.</summary>
    public required string Title { get; init; }

    /// <summary>Root that relative paths are put behind; ends with a slash.</summary>
    public required Uri Root { get; init; }

    /// <summary>Key; null when none is needed.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Header that carries the key: <c>Authorization</c> as a bearer token, or a bare one such as <c>x-api-key</c>.</summary>
    public string KeyHeader { get; init; } = "Authorization";

    /// <summary>Extra headers from the configuration.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Whether it is on this host or LAN.</summary>
    public bool Local { get; init; }

    /// <summary>Configured <c>timeoutSeconds</c>; null for the defaults above.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary><c>keep_alive</c> for Ollama, as JSON; null is the server's own.</summary>
    public string? KeepAlive { get; init; }

    /// <summary>Provider-wide <c>params</c>.</summary>
    public JsonElement? Params { get; init; }

    /// <summary>Configured models by id.</summary>
    public IReadOnlyDictionary<string, ModelWish> Models { get; init; } = new Dictionary<string, ModelWish>();

    /// <summary>Whether the server's own list adds to the configured models.</summary>
    public bool Discovers { get; init; } = true;

    /// <summary>Environment variable that would hold the key, for error texts.</summary>
    public string? KeyName { get; init; }

    /// <summary>What to do when it can not be reached, for error texts.</summary>
    public string StartHint { get; init; } = "";

    /// <summary>The shared client.</summary>
    public required ProviderHttp Http { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>How long to wait for the first byte.</summary>
    public TimeSpan FirstByteTimeout => Timeout ?? (Local ? LocalFirstByte : FarFirstByte);

    /// <summary>How long to wait between bytes.</summary>
    public TimeSpan StallTimeout => Timeout ?? DefaultStall;

    /// <summary>Title and address, as error texts begin: <c>Ollama at http://127.0.0.1:11434</c>.</summary>
    public string Where => $"{Title} at {Root.GetLeftPart(UriPartial.Path).TrimEnd('/')}";

    /// <summary>The configured wish for a model; null when the configuration does not name it.</summary>
    public ModelWish? Wish(string model) => Models.GetValueOrDefault(model);

    /// <summary>Cost of a call by the model's table.</summary>
    public MessageCost Cost(string model, long input, long output, long cacheRead, long cacheWrite)
    {
        if (Wish(model)?.Cost is not { } price)
        {
            return new MessageCost();
        }

        const double Million = 1_000_000;
        MessageCost cost = new()
        {
            Input = input * price.Input / Million,
            Output = output * price.Output / Million,
            CacheRead = cacheRead * price.CacheRead / Million,
            CacheWrite = cacheWrite * price.CacheWrite / Million,
        };
        return cost with { Total = cost.Input + cost.Output + cost.CacheRead + cost.CacheWrite };
    }

    /// <summary>Adds the key and the configured headers to a request for this server.</summary>
    public void Authorize(System.Net.Http.Headers.HttpRequestHeaders headers)
    {
        foreach (KeyValuePair<string, string> header in Credentials())
        {
            headers.Remove(header.Key);
            headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }

    /// <summary>The headers that let a request in.</summary>
    public IEnumerable<KeyValuePair<string, string>> Credentials()
    {
        if (ApiKey is { Length: > 0 } key)
        {
            yield return KeyHeader == "Authorization" ? new("Authorization", "Bearer " + key) : new(KeyHeader, key);
        }

        foreach (KeyValuePair<string, string> header in Headers)
        {
            yield return header;
        }
    }

    /// <inheritdoc />
    public override string ToString() => Where;
}
