namespace OpenClaw.Edge.Protocol.Docker;

/// <summary>Answer of <c>GET /info</c>: what the engine can enforce. Source: Engine API 1.41.</summary>
public sealed record DockerInfo
{
    /// <summary>Such as <c>name=rootless</c>, <c>name=selinux</c>, <c>name=userns</c>.</summary>
    public IReadOnlyList<string>? SecurityOptions { get; init; }

    /// <summary>Podman's word for it; Docker has it in <see cref="SecurityOptions"/>.</summary>
    public bool Rootless { get; init; }

    /// <summary><c>1</c> or <c>2</c>.</summary>
    public string? CgroupVersion { get; init; }

    /// <summary><c>none</c> enforces no limits.</summary>
    public string? CgroupDriver { get; init; }

    /// <summary>Whether memory limits hold.</summary>
    public bool MemoryLimit { get; init; }

    /// <summary>Whether swap limits hold.</summary>
    public bool SwapLimit { get; init; }

    /// <summary>Whether processor limits hold.</summary>
    public bool CpuCfsQuota { get; init; }

    /// <summary>Whether limits of processes hold; Podman leaves it out.</summary>
    public bool? PidsLimit { get; init; }

    /// <summary>Processors of its machine.</summary>
    public int NCPU { get; init; }

    /// <summary>Memory of its machine in bytes.</summary>
    public long MemTotal { get; init; }

    /// <summary>Storage driver.</summary>
    public string? Driver { get; init; }

    /// <summary>Name and version of its system.</summary>
    public string? OperatingSystem { get; init; }
}
