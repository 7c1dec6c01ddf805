using System.Collections.ObjectModel;

namespace OpenClaw.Edge.Configuration;

/// <summary>The <c>sandbox.docker</c> section: hardening and limits of the container.</summary>
public sealed record SandboxDockerConfig
{
    /// <summary>Socket of the engine; <see langword="null"/> means: looked for. Naming it is the consent to an engine that
    /// runs as root.</summary>
    public string? Socket { get; init; }

    /// <summary>Image.</summary>
    public string Image { get; init; } = "openclaw-sandbox:bookworm-slim";

    /// <summary>Prefix of container names.</summary>
    public string ContainerPrefix { get; init; } = "openclaw-sbx-";

    /// <summary>Folder of the workspace inside.</summary>
    public string Workdir { get; init; } = "/workspace";

    /// <summary>Whether the root file system is read-only.</summary>
    public bool ReadOnlyRoot { get; init; } = true;

    /// <summary>Paths held in memory.</summary>
    public IReadOnlyList<string> Tmpfs { get; init; } = ["/tmp", "/var/tmp", "/run"];

    /// <summary>Network mode.</summary>
    public string Network { get; init; } = "none";

    /// <summary><c>uid:gid</c>; <see langword="null"/> means: the workspace's owner.</summary>
    public string? User { get; init; }

    /// <summary>Dropped capabilities.</summary>
    public IReadOnlyList<string> CapDrop { get; init; } = ["ALL"];

    /// <summary>Environment inside.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } =
        new ReadOnlyDictionary<string, string>(new Dictionary<string, string>(StringComparer.Ordinal) { ["LANG"] = "C.UTF-8" });

    /// <summary>Command run once after the container was made.</summary>
    public string? SetupCommand { get; init; }

    /// <summary>Most processes.</summary>
    public int PidsLimit { get; init; } = 256;

    /// <summary>Memory with unit, such as <c>1g</c>; <see langword="null"/> means scaled to the host.</summary>
    public string? Memory { get; init; }

    /// <summary>Memory and swap with unit; <see langword="null"/> means scaled to the host.</summary>
    public string? MemorySwap { get; init; }

    /// <summary>Processor share; <see langword="null"/> means scaled to the host.</summary>
    public double? Cpus { get; init; }

    /// <summary>Limits by name: a number, or soft and hard as <c>1024:2048</c>.</summary>
    public IReadOnlyDictionary<string, string> Ulimits { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Extra mounts, <c>source:target[:ro|rw]</c>.</summary>
    public IReadOnlyList<string> Binds { get; init; } = [];

    /// <summary>Path of a seccomp profile on the engine's machine; <see langword="null"/> means the engine's own.</summary>
    public string? SeccompProfile { get; init; }

    /// <summary>Name of a loaded AppArmor profile; <see langword="null"/> means the engine's own.</summary>
    public string? ApparmorProfile { get; init; }

    /// <summary>GPUs: <c>all</c>, a number, or <c>device=ID[,ID…]</c>; <see langword="null"/> means none.</summary>
    public string? Gpus { get; init; }

    /// <summary>Whether extra mounts may cover <c>/workspace</c> and <c>/agent</c>.</summary>
    public bool AllowReservedTargets { get; init; }

    /// <summary>Whether extra mounts may come from outside the workspaces.</summary>
    public bool AllowExternalSources { get; init; }

    /// <summary>Whether it may join the network of another container.</summary>
    public bool AllowNamespaceJoin { get; init; }

    /// <summary>Name servers.</summary>
    public IReadOnlyList<string> Dns { get; init; } = [];

    /// <summary>Extra lines of <c>/etc/hosts</c>, <c>name:address</c>.</summary>
    public IReadOnlyList<string> ExtraHosts { get; init; } = [];
}
