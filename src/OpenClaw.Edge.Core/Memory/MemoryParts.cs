using Microsoft.Extensions.Logging;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Memory;

/// <summary>What memory is made of; put together once by the composition root.</summary>
public sealed record MemoryParts
{
    /// <summary>Where the index lies.</summary>
    public required EdgeDatabase Database { get; init; }

    /// <summary>How files are reached.</summary>
    public required MemoryDisk Disk { get; init; }

    /// <summary>The agents of the configuration in force.</summary>
    public required Func<IReadOnlyList<MemoryScope>> Scopes { get; init; }

    /// <summary>Chooses who makes vectors.</summary>
    public required ChooseMemoryEmbedder Choose { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>For what fails in the background.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Quiet time after the start before files are looked at.</summary>
    public TimeSpan StartDelay { get; init; } = TimeSpan.FromSeconds(2); // guess: a start is over, and the first page is loaded
}
