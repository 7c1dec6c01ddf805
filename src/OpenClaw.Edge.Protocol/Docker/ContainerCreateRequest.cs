namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Body of <c>POST /containers/create</c>. Source: Engine API 1.41.</summary>
public sealed record ContainerCreateRequest
{
    /// <summary>Image.</summary>
    public required string Image { get; init; }

    /// <summary>Replaces the image's entry point; empty text in front of nothing clears it.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>Command.</summary>
    public IReadOnlyList<string>? Cmd { get; init; }

    /// <summary><c>uid:gid</c> or a name of the image's.</summary>
    public string? User { get; init; }

    /// <summary>Folder that commands start in.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>Variables, <c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Host name inside.</summary>
    public string? Hostname { get; init; }

    /// <summary>Seconds between the polite and the final signal at a stop.</summary>
    public int? StopTimeout { get; init; }

    /// <summary>Everything about the host.</summary>
    public required ContainerHostConfig HostConfig { get; init; }
}
