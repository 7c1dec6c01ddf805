using System.Security.Cryptography;
using System.Text;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Sandbox;

/// <summary>Whose sandbox it is, what it is called and which folders it shows; the same for every backend.</summary>
internal sealed record SandboxPlace
{
    private const int MaxName = 63;

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

    /// <summary>Works it out. Throws <see cref="SandboxUnavailableException"/> when the configuration asks for what opens
    /// the host.</summary>
    public static SandboxPlace Of(
        SandboxConfig settings, SandboxScope scope, StatePaths paths, ProcessEnvironment environment, string? engineSocket = null)
    {
        foreach ((string at, string message, string fix) in SandboxRules.Problems(settings, scope.WorkspaceDir, paths, environment, engineSocket))
        {
            throw new SandboxUnavailableException($"agents.defaults.sandbox.{at}: {message}", fix);
        }

        string key = settings.Scope switch
        {
            "session" => scope.SessionKey,
            "shared" => "shared",
            _ => "agent:" + scope.AgentId,
        };
        string slug = Slug(key, settings.Scope == "shared" ? "" : scope.WorkspaceDir + "\n" + paths.StateDir);
        string root = settings.WorkspaceRoot is string given ? environment.FullPath(given) : Path.Combine(paths.StateDir, "sandboxes");
        string name = settings.Docker.ContainerPrefix + slug;
        return new SandboxPlace
        {
            Name = name.Length <= MaxName ? name : name[..(MaxName - 9)] + name[^9..], // the hash stays
            ScopeKey = key,
            IsPrivate = settings.WorkspaceAccess != "rw",
            HostWorkspace = settings.WorkspaceAccess == "rw" ? scope.WorkspaceDir : Path.Combine(root, slug),
            HostAgentWorkspace = settings.WorkspaceAccess == "ro" ? scope.WorkspaceDir : null,
        };
    }

    /// <summary>Makes the workspace when it is not there, for this user alone.</summary>
    public void Prepare()
    {
        if (!Directory.Exists(HostWorkspace))
        {
            Directory.CreateDirectory(HostWorkspace, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Eight characters that stand for a text.</summary>
    public static string ShortHash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];

    private static string Slug(string key, string more)
    {
        StringBuilder slug = new();
        foreach (char c in key.ToLowerInvariant())
        {
            slug.Append(char.IsAsciiLetterOrDigit(c) ? c : '-');
        }

        return $"{(slug.Length > 32 ? slug.ToString(0, 32) : slug.ToString()).Trim('-')}-{ShortHash(key + "\n" + more)}";
    }
}
