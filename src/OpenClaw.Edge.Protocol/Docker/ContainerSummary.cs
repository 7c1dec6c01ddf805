using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>A row of <c>GET /containers/json</c>.</summary>
public sealed record ContainerSummary
{
    /// <summary>Id.</summary>
    public string Id { get; init; } = "";

    /// <summary>Names with a leading slash.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>Image as it was asked for.</summary>
    public string Image { get; init; } = "";

    /// <summary><c>created</c>, <c>running</c>, <c>exited</c>….</summary>
    public string State { get; init; } = "";

    /// <summary>The state in words.</summary>
    public string Status { get; init; } = "";

    /// <summary>Unix seconds.</summary>
    public long Created { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Name without the slash.</summary>
    [JsonIgnore]
    public string Name => Names is [{ } first, ..] ? first.TrimStart('/') : Id;
}
