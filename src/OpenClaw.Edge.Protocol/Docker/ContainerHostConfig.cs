namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>The <c>HostConfig</c> of a container: mounts, limits, privileges. Source: Engine API 1.41.</summary>
public sealed record ContainerHostConfig
{
    /// <summary>Mounts, <c>source:target[:options]</c>.</summary>
    public IReadOnlyList<string>? Binds { get; init; }

    /// <summary>Such as <c>none</c> or <c>bridge</c>.</summary>
    public string? NetworkMode { get; init; }

    /// <summary>Whether the root file system is read-only.</summary>
    public bool ReadonlyRootfs { get; init; }

    /// <summary>Paths in memory with their options.</summary>
    public IReadOnlyDictionary<string, string>? Tmpfs { get; init; }

    /// <summary>Dropped capabilities.</summary>
    public IReadOnlyList<string>? CapDrop { get; init; }

    /// <summary>Such as <c>no-new-privileges</c>, <c>seccomp=…</c>.</summary>
    public IReadOnlyList<string>? SecurityOpt { get; init; }

    /// <summary>Most processes.</summary>
    public long? PidsLimit { get; init; }

    /// <summary>Bytes of memory.</summary>
    public long? Memory { get; init; }

    /// <summary>Bytes of memory and swap together.</summary>
    public long? MemorySwap { get; init; }

    /// <summary>Processor share in billionths of a processor.</summary>
    public long? NanoCpus { get; init; }

    /// <summary>Limits of each process.</summary>
    public IReadOnlyList<ContainerUlimit>? Ulimits { get; init; }

    /// <summary>Name servers.</summary>
    public IReadOnlyList<string>? Dns { get; init; }

    /// <summary>Extra names, <c>name:address</c>.</summary>
    public IReadOnlyList<string>? ExtraHosts { get; init; }

    /// <summary>Whether a small init process reaps orphans.</summary>
    public bool? Init { get; init; }

    /// <summary>GPUs and the like; null for none.</summary>
    public IReadOnlyList<ContainerDeviceRequest>? DeviceRequests { get; init; }

    /// <summary>User namespace: Podman's <c>keep-id</c>.</summary>
    public string? UsernsMode { get; init; }

    /// <summary><c>private</c> or <c>none</c>.</summary>
    public string? IpcMode { get; init; }

    /// <summary>Where the output of the main process goes.</summary>
    public ContainerLogConfig? LogConfig { get; init; }
}
