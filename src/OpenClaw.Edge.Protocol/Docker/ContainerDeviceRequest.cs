using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Devices that a container asks a driver of the engine for, such as GPUs. Source: Engine API 1.40.</summary>
public sealed record ContainerDeviceRequest
{
    /// <summary>How many; -1 is all. Left out when they are named.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Count { get; init; }

    /// <summary>Which ones, by number or id of the driver; null when they are counted.</summary>
    [JsonPropertyName("DeviceIDs")]
    public IReadOnlyList<string>? DeviceIds { get; init; }

    /// <summary>What they must be able to do: one of the lists, each word of it.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Capabilities { get; init; }
}
