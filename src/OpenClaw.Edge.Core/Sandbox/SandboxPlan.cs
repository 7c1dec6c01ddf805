using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Docker;

namespace OpenClaw.Edge.Sandbox;

/// <summary>What the container of a scope is made of; follows from the configuration, the scope and the engine.</summary>
internal sealed record SandboxPlan
{
    /// <summary>What the first process of a container leaves in the workspace, as a sign that both sides see the same.</summary>
    public const string SelfTestFile = ".openclaw-self-test";

    private const string OriginalUser = "1000:1000";

    /// <summary>Whose it is and which folders it shows.</summary>
    public required SandboxPlace Place { get; init; }

    /// <summary>Name of the container.</summary>
    public string Name => Place.Name;

    /// <summary>Body of the request that makes it, without its labels.</summary>
    public required ContainerCreateRequest Request { get; init; }

    /// <summary>Hash of all that a change makes a new container necessary.</summary>
    public required string Hash { get; init; }

    /// <summary>Works a plan out. Throws <see cref="SandboxUnavailableException"/> when the configuration asks for what
    /// opens the host.</summary>
    public static SandboxPlan Make(
        SandboxConfig settings, SandboxScope scope, EngineFacts facts, string engineSocket, StatePaths paths, ProcessEnvironment environment)
    {
        SandboxDockerConfig docker = settings.Docker;
        SandboxPlace place = SandboxPlace.Of(settings, scope, paths, environment, engineSocket);
        // with SELinux a container reads what is labelled for it: what is its own for it alone, what others work on too for all.
        // Mounts of the configuration get the label that they ask for: a label given unasked could lock the host out.
        string label = !facts.HasSelinux ? "" : place.IsPrivate ? ",Z" : ",z";
        List<string> binds = [$"{place.HostWorkspace}:{docker.Workdir}:rw{label}"];
        if (place.HostAgentWorkspace is { } agents)
        {
            binds.Add($"{agents}:{SandboxSession.AgentFolder}:ro{(facts.HasSelinux ? ",z" : "")}");
        }

        binds.AddRange(SandboxBinds.Effective(docker.Binds));
        ContainerCreateRequest request = new()
        {
            Image = docker.Image,
            Entrypoint = [],
            Cmd = ["/bin/sh", "-c", $"echo ok > {docker.Workdir}/{SelfTestFile}; exec sleep infinity"],
            User = UserOf(docker.User, facts, place),
            WorkingDir = docker.Workdir,
            Env = [.. docker.Env.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")],
            Hostname = "sandbox",
            StopTimeout = 1,
            HostConfig = HostOf(docker, facts, binds),
        };
        string hash = Convert.ToHexStringLower(
            SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, DockerJson.Default.ContainerCreateRequest)))[..16];
        return new SandboxPlan
        {
            Place = place,
            Request = request,
            Hash = docker.SetupCommand is { Length: > 0 } setup ? hash + SandboxPlace.ShortHash(setup) : hash,
        };
    }

    private static ContainerHostConfig HostOf(SandboxDockerConfig docker, EngineFacts facts, List<string> binds)
    {
        SandboxLimits limits = SandboxLimits.Of(docker, facts.Processors, facts.Memory);
        return new ContainerHostConfig
        {
            Binds = binds,
            NetworkMode = docker.Network,
            ReadonlyRootfs = docker.ReadOnlyRoot,
            Tmpfs = docker.Tmpfs.ToDictionary(
                path => path.Split(':')[0],
                path => TmpfsOptions(path, limits.Tmpfs),
                StringComparer.Ordinal),
            CapDrop = docker.CapDrop,
            SecurityOpt = SecurityOf(docker),
            PidsLimit = limits.Pids,
            Memory = limits.Memory,
            MemorySwap = limits.MemorySwap,
            NanoCpus = (long)(limits.Cpus * 1e9),
            Ulimits = limits.PerProcess(docker, facts.LimitsPids, facts.LimitsMemory),
            Dns = docker.Dns.Count > 0 ? docker.Dns : null,
            ExtraHosts = docker.ExtraHosts.Count > 0 ? docker.ExtraHosts : null,
            DeviceRequests = docker.Gpus is { } gpus ? [GpusOf(gpus)] : null,
            Init = true,
            UsernsMode = facts is { IsPodman: true, IsRootless: true } ? "keep-id" : null,
            IpcMode = "private",
            LogConfig = facts.IsPodman ? null : new ContainerLogConfig("none"),
        };
    }

    private static ContainerDeviceRequest GpusOf(string text)
    {
        _ = SandboxGpus.TryParse(text, out int count, out IReadOnlyList<string>? ids); // the rules have seen it
        return new ContainerDeviceRequest { Count = count, DeviceIds = ids, Capabilities = [["gpu"]] };
    }

    // Root inside a rootless engine is the user who runs it, so the files are theirs on both sides; elsewhere it is root.
    // The original's 1000:1000 stands in most files and would be a stranger there: it is read as "the workspace's owner".
    private static string UserOf(string? wished, EngineFacts facts, SandboxPlace place)
    {
        if (wished is not null && !(wished == OriginalUser && facts.IsRootless))
        {
            return wished;
        }

        if (facts is { IsRootless: true, IsPodman: false })
        {
            return "0:0";
        }

        (uint uid, uint gid) = Directory.Exists(place.HostWorkspace) ? SandboxNative.OwnerOf(place.HostWorkspace) : SandboxNative.Self;
        return uid == 0 && place.IsPrivate ? OriginalUser : $"{uid}:{gid}";
    }

    private static List<string> SecurityOf(SandboxDockerConfig docker)
    {
        List<string> options = ["no-new-privileges"];
        if (docker.ApparmorProfile is { Length: > 0 } profile)
        {
            options.Add("apparmor=" + profile);
        }

        if (docker.SeccompProfile is { Length: > 0 } path)
        {
            options.Add("seccomp=" + SeccompText(path));
        }

        return options;
    }

    // The engine takes the profile's text, not its path: a command line tool would read it on its side too.
    private static string SeccompText(string path)
    {
        try
        {
            using JsonDocument profile = JsonDocument.Parse(File.ReadAllBytes(path));
            return profile.RootElement.GetRawText();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new SandboxUnavailableException(
                $"agents.defaults.sandbox.docker.seccompProfile: {exception.Message.TrimEnd('.')}", "Name a readable JSON file, or remove the key.", exception);
        }
    }

    private static string TmpfsOptions(string path, long size)
    {
        int colon = path.IndexOf(':', StringComparison.Ordinal);
        string options = colon < 0 ? "rw,noexec,nosuid,nodev" : path[(colon + 1)..];
        return options.Contains("size=", StringComparison.Ordinal) ? options : options + ",size=" + size.ToString(CultureInfo.InvariantCulture);
    }
}
