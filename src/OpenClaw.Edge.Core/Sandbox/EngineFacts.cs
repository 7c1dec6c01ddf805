using OpenClaw.Edge.Protocol.Docker;

namespace OpenClaw.Edge.Sandbox;

/// <summary>What an engine is and what it can enforce.</summary>
public sealed record EngineFacts
{
    /// <summary>Version for a person, such as <c>Docker 20.10.24 (API 1.41)</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Whether it is Podman behind Docker's API.</summary>
    public bool IsPodman { get; init; }

    /// <summary>Whether it runs without root's rights.</summary>
    public bool IsRootless { get; init; }

    /// <summary>Whether it maps root inside to another user (rootful Docker with <c>userns-remap</c>).</summary>
    public bool IsRemapped { get; init; }

    /// <summary>Whether SELinux confines its containers.</summary>
    public bool HasSelinux { get; init; }

    /// <summary>Whether it filters system calls.</summary>
    public bool HasSeccomp { get; init; }

    /// <summary>Whether AppArmor confines its containers.</summary>
    public bool HasAppArmor { get; init; }

    /// <summary>Whether memory limits hold.</summary>
    public bool LimitsMemory { get; init; }

    /// <summary>Whether processor limits hold.</summary>
    public bool LimitsCpu { get; init; }

    /// <summary>Whether limits of processes hold.</summary>
    public bool LimitsPids { get; init; }

    /// <summary>Processors of its machine.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>Memory of its machine in bytes.</summary>
    public long Memory { get; init; }

    /// <summary>User id of the socket's owner: the user that root inside is, under a rootless engine.</summary>
    public uint SocketOwner { get; init; }

    /// <summary>Reads two answers of an engine.</summary>
    public static EngineFacts From(DockerVersion version, DockerInfo info, uint socketOwner)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(info);
        bool podman = version.Components?.Any(part => part.Name?.Contains("Podman", StringComparison.OrdinalIgnoreCase) == true) == true;
        bool rootless = info.Rootless || Has("rootless");
        bool groups = info.CgroupDriver != "none" && !(rootless && info.CgroupVersion == "1"); // version 1 is root's alone
        return new EngineFacts
        {
            Version = $"{(podman ? "Podman" : "Docker")} {version.Version} (API {version.ApiVersion})",
            IsPodman = podman,
            IsRootless = rootless,
            IsRemapped = Has("userns"),
            HasSelinux = Has("selinux"),
            HasSeccomp = Has("seccomp"),
            HasAppArmor = Has("apparmor"),
            LimitsMemory = groups && info.MemoryLimit,
            LimitsCpu = groups && info.CpuCfsQuota,
            LimitsPids = groups && (info.PidsLimit ?? true),
            Processors = Math.Max(1, info.NCPU),
            Memory = info.MemTotal,
            SocketOwner = socketOwner,
        };

        bool Has(string name) => info.SecurityOptions?.Any(option => option == name || option == "name=" + name
            || option.StartsWith($"name={name},", StringComparison.Ordinal)) == true;
    }
}
