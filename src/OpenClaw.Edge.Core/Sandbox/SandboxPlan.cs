using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Protocol.Docker;

namespace OpenClaw.Edge.Sandbox;

/// <summary>What the container of a scope is made of; a pure function of the configuration, the scope and the engine.</summary>
internal sealed record SandboxPlan
{
    private const long Mebi = 1L << 20;

    /// <summary>Name of the container.</summary>
    public required string Name { get; init; }

    /// <summary>Whose it is: <c>agent:&lt;id&gt;</c>, a session key or <c>shared</c>.</summary>
    public required string ScopeKey { get; init; }

    /// <summary>Folder on the host that is the workspace inside.</summary>
    public required string HostWorkspace { get; init; }

    /// <summary>The agent's own workspace, when it is shown read-only.</summary>
    public string? HostAgentWorkspace { get; init; }

    /// <summary>Whether <see cref="HostWorkspace"/> is the sandbox's own and may change its owner.</summary>
    public required bool IsPrivate { get; init; }

    /// <summary>Body of the request that makes it, with its labels.</summary>
    public required ContainerCreateRequest Request { get; init; }

    /// <summary>Hash of all that a change makes a new container necessary.</summary>
    public required string Hash { get; init; }

    /// <summary>Works a plan out. Throws <see cref="SandboxUnavailableException"/> when the configuration asks for what
    /// opens the host.</summary>
    public static SandboxPlan Make(
        SandboxConfig settings, SandboxScope scope, EngineFacts facts, string engineSocket, StatePaths paths, ProcessEnvironment environment)
    {
        SandboxDockerConfig docker = settings.Docker;
        string key = settings.Scope switch
        {
            "session" => scope.SessionKey,
            "shared" => "shared",
            _ => "agent:" + scope.AgentId,
        };
        string slug = Slug(key, settings.Scope == "shared" ? "" : scope.WorkspaceDir + "\n" + paths.StateDir);
        string root = settings.WorkspaceRoot is string given ? environment.FullPath(given) : Path.Combine(paths.StateDir, "sandboxes");
        bool own = settings.WorkspaceAccess != "rw";
        string workspace = own ? Path.Combine(root, slug) : scope.WorkspaceDir;
        Refuse(docker, paths, environment, engineSocket);

        string label = facts.HasSelinux ? ",z" : "";
        List<string> binds = [$"{workspace}:{docker.Workdir}:rw{label}"];
        if (settings.WorkspaceAccess == "ro")
        {
            binds.Add($"{scope.WorkspaceDir}:{SandboxSession.AgentFolder}:ro{label}");
        }

        binds.AddRange(docker.Binds.Select(bind => bind.Split(':').Length == 3 ? bind : bind + ":ro"));
        ContainerCreateRequest request = new()
        {
            Image = docker.Image,
            Entrypoint = [],
            Cmd = ["sleep", "infinity"],
            User = docker.User ?? UserOf(facts, workspace, own),
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
            Name = Cut(docker.ContainerPrefix + slug),
            ScopeKey = key,
            HostWorkspace = workspace,
            HostAgentWorkspace = settings.WorkspaceAccess == "ro" ? scope.WorkspaceDir : null,
            IsPrivate = own,
            Request = request,
            Hash = docker.SetupCommand is { Length: > 0 } setup ? hash + Slug(setup, "")[^8..] : hash,
        };
    }

    private static ContainerHostConfig HostOf(SandboxDockerConfig docker, EngineFacts facts, List<string> binds)
    {
        long host = facts.Memory > 0 ? facts.Memory : 1024 * Mebi;
        long memory = Size(docker.Memory, "memory") ?? Math.Clamp(host / 4, 256 * Mebi, 2048 * Mebi);
        long swap = Math.Max(memory, Size(docker.MemorySwap, "memorySwap") ?? 2 * memory);
        double cpus = Math.Clamp(docker.Cpus ?? Math.Max(1, facts.Processors / 2), 0.01, facts.Processors);
        return new ContainerHostConfig
        {
            Binds = binds,
            NetworkMode = docker.Network,
            ReadonlyRootfs = docker.ReadOnlyRoot,
            Tmpfs = docker.Tmpfs.ToDictionary(
                path => path.Split(':')[0],
                path => TmpfsOptions(path, memory / 4),
                StringComparer.Ordinal),
            CapDrop = docker.CapDrop,
            SecurityOpt = ["no-new-privileges"],
            PidsLimit = docker.PidsLimit,
            Memory = memory,
            MemorySwap = swap,
            NanoCpus = (long)(cpus * 1e9),
            Ulimits = LimitsOf(docker, facts, memory),
            Dns = docker.Dns.Count > 0 ? docker.Dns : null,
            ExtraHosts = docker.ExtraHosts.Count > 0 ? docker.ExtraHosts : null,
            Init = true,
            UsernsMode = facts is { IsPodman: true, IsRootless: true } ? "keep-id" : null,
            IpcMode = "private",
            LogConfig = facts.IsPodman ? null : new ContainerLogConfig("none"),
        };
    }

    // Where the engine has no control groups, limits of each process are all there is.
    private static List<ContainerUlimit> LimitsOf(SandboxDockerConfig docker, EngineFacts facts, long memory)
    {
        List<ContainerUlimit> limits = [];
        foreach ((string name, string text) in docker.Ulimits.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            string[] pair = text.Split(':');
            if (long.TryParse(pair[0], CultureInfo.InvariantCulture, out long soft))
            {
                limits.Add(new ContainerUlimit(name, soft, pair.Length > 1 && long.TryParse(pair[1], CultureInfo.InvariantCulture, out long hard) ? hard : soft));
            }
        }

        Stand("nofile", true, 1024, 2048);
        Stand("nproc", !facts.LimitsPids, docker.PidsLimit, docker.PidsLimit);
        Stand("data", !facts.LimitsMemory, memory, memory);
        return limits;

        void Stand(string name, bool wanted, long soft, long hard)
        {
            if (wanted && !limits.Exists(limit => limit.Name == name))
            {
                limits.Add(new ContainerUlimit(name, soft, hard));
            }
        }
    }

    // Root inside a rootless engine is the user who runs it, so the files are theirs on both sides; elsewhere it is root.
    private static string UserOf(EngineFacts facts, string workspace, bool own)
    {
        if (facts is { IsRootless: true, IsPodman: false })
        {
            return "0:0";
        }

        (uint uid, uint gid) = Directory.Exists(workspace) ? SandboxNative.OwnerOf(workspace) : SandboxNative.Self;
        return uid == 0 && own ? "1000:1000" : $"{uid}:{gid}";
    }

    private static void Refuse(SandboxDockerConfig docker, StatePaths paths, ProcessEnvironment environment, string engineSocket)
    {
        const string At = "agents.defaults.sandbox.docker";
        if (docker.Network == "host" || docker.Network.StartsWith("container:", StringComparison.Ordinal))
        {
            throw new SandboxUnavailableException(
                $"{At}.network '{docker.Network}' joins the network of the host or of another container", $"Set {At}.network to \"none\" or \"bridge\".");
        }

        string[] secrets = [paths.StateDir, paths.SecretDir, engineSocket];
        foreach (string bind in docker.Binds)
        {
            if (SandboxBinds.Refusal(bind, environment.Home, secrets, docker.Workdir) is string why)
            {
                throw new SandboxUnavailableException($"{At}.binds: {why}", "Mount a folder that holds nothing else.");
            }
        }
    }

    private static string TmpfsOptions(string path, long size)
    {
        int colon = path.IndexOf(':', StringComparison.Ordinal);
        string options = colon < 0 ? "rw,noexec,nosuid,nodev" : path[(colon + 1)..];
        return options.Contains("size=", StringComparison.Ordinal) ? options : options + ",size=" + size.ToString(CultureInfo.InvariantCulture);
    }

    private static long? Size(string? text, string name) => text is null ? null
        : ByteSize.TryParse(text, out long bytes) ? bytes
        : throw new SandboxUnavailableException(
            $"agents.defaults.sandbox.docker.{name} '{text}' is no size", "Write it like \"512m\" or \"1g\".");

    private static string Slug(string key, string more)
    {
        StringBuilder slug = new();
        foreach (char c in key.ToLowerInvariant())
        {
            slug.Append(char.IsAsciiLetterOrDigit(c) ? c : '-');
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key + "\n" + more)))[..8];
        return $"{(slug.Length > 32 ? slug.ToString(0, 32) : slug.ToString()).Trim('-')}-{hash}";
    }

    private static string Cut(string name) => name.Length <= 63 ? name : name[..54] + name[^9..]; // the hash stays
}
