namespace OpenClaw.Edge.Configuration;

/// <summary>Where things of one gateway lie. Nothing is created here.</summary>
public sealed record StatePaths
{
    private const string ConfigFileName = "openclaw.json";

    /// <summary>Folder of everything that must survive a restart.</summary>
    public required string StateDir { get; init; }

    /// <summary>The main configuration file, whether or not it is there.</summary>
    public required string ConfigPath { get; init; }

    /// <summary>Workspace of the default agent.</summary>
    public required string DefaultWorkspaceDir { get; init; }

    /// <summary>Folder of keys that encrypt credentials, apart from the state so that a copy of the state alone does not
    /// decrypt them.</summary>
    public required string SecretDir { get; init; }

    /// <summary>What decided <see cref="StateDir"/>, such as <c>OPENCLAW_STATE_DIR</c>, for status and doctor.</summary>
    public required string StateDirSource { get; init; }

    /// <summary>What decided <see cref="ConfigPath"/>.</summary>
    public required string ConfigPathSource { get; init; }

    /// <summary>The one database file.</summary>
    public string DatabasePath => Path.Combine(StateDir, "state", "openclaw-edge.sqlite");

    /// <summary>The generated token, 0600.</summary>
    public string TokenPath => Path.Combine(StateDir, "gateway-token");

    /// <summary>Hash of the token before the last rotation, 0600.</summary>
    public string PreviousTokenPath => TokenPath + ".previous";

    /// <summary>Log files.</summary>
    public string LogDir => Path.Combine(StateDir, "logs");

    /// <summary>Backups.</summary>
    public string BackupDir => Path.Combine(StateDir, "backups");

    /// <summary>The last configuration that loaded well, 0600.</summary>
    public string LastGoodConfigPath => Path.Combine(StateDir, "openclaw.json.last-good");

    /// <summary>The <c>.env</c> file of the state folder.</summary>
    public string EnvFilePath => Path.Combine(StateDir, ".env");

    /// <summary>The agent's workspace unless the configuration names another: <c>workspace</c> for <c>main</c>,
    /// <c>workspace-&lt;id&gt;</c> for the others.</summary>
    public string WorkspaceDir(string agentId) =>
        agentId is "main" or "" ? DefaultWorkspaceDir : Path.Combine(StateDir, "workspace-" + agentId);

    /// <summary>Folder of what belongs to one agent.</summary>
    public string AgentDir(string agentId) => Path.Combine(StateDir, "agents", agentId);

    /// <summary>Finds the places. Config file: flag, <c>OPENCLAW_CONFIG_PATH</c>, <c>OPENCLAW_CONFIG</c>, else in the state
    /// folder. State folder: flag, <c>OPENCLAW_STATE_DIR</c>, <c>OPENCLAW_CONFIG_DIR</c>, <c>DATA_DIR</c>, profile,
    /// systemd's <c>STATE_DIRECTORY</c>, else <c>~/.openclaw</c>. Never fails: without any home it is a folder under /tmp.</summary>
    public static StatePaths Resolve(
        ProcessEnvironment environment, string? configFlag = null, string? stateDirFlag = null, string? profile = null)
    {
        ArgumentNullException.ThrowIfNull(environment);
        (string stateDir, string stateSource) = FindStateDir(environment, stateDirFlag, profile);
        stateDir = environment.FullPath(stateDir);

        (string configPath, string configSource) = FindConfig(environment, configFlag, stateDir);
        string? workspace = environment["OPENCLAW_WORKSPACE_DIR"];
        string? secrets = environment["OPENCLAW_AUTH_PROFILE_SECRET_DIR"];
        return new StatePaths
        {
            StateDir = stateDir,
            ConfigPath = environment.FullPath(configPath),
            DefaultWorkspaceDir = workspace is null ? Path.Combine(stateDir, "workspace") : environment.FullPath(workspace),
            SecretDir = secrets is null ? Path.Combine(stateDir, "secrets") : environment.FullPath(secrets),
            StateDirSource = stateSource,
            ConfigPathSource = configSource,
        };
    }

    private static (string Path, string Source) FindStateDir(
        ProcessEnvironment environment, string? flag, string? profile)
    {
        if (!string.IsNullOrWhiteSpace(flag))
        {
            return (flag, "--state-dir");
        }
        foreach (string name in (ReadOnlySpan<string>)["OPENCLAW_STATE_DIR", "OPENCLAW_CONFIG_DIR", "DATA_DIR"])
        {
            if (environment[name] is string value)
            {
                return (value, name);
            }
        }
        string? named = string.IsNullOrWhiteSpace(profile) ? environment["OPENCLAW_PROFILE"] : profile.Trim();
        if (named is not null and not "default" && IsProfileName(named))
        {
            return (Path.Combine(environment.Home, ".openclaw-" + named), "profile " + named);
        }
        if (environment["OPENCLAW_HOME"] is null && environment["STATE_DIRECTORY"] is string directories)
        {
            return (directories.Split(':')[0], "STATE_DIRECTORY"); // systemd lists several with colons
        }
        string source = environment["OPENCLAW_HOME"] is not null ? "OPENCLAW_HOME"
            : environment["HOME"] is not null ? "HOME" : "no home";
        return (Path.Combine(environment.Home, ".openclaw"), source);
    }

    private static (string Path, string Source) FindConfig(ProcessEnvironment environment, string? flag, string stateDir)
    {
        if (!string.IsNullOrWhiteSpace(flag))
        {
            return (flag, "--config");
        }
        foreach (string name in (ReadOnlySpan<string>)["OPENCLAW_CONFIG_PATH", "OPENCLAW_CONFIG"])
        {
            if (environment[name] is string value)
            {
                return (value, name);
            }
        }
        return (Path.Combine(stateDir, ConfigFileName), "state folder");
    }

    /// <summary>Whether a profile name is safe in a path: letters, digits, <c>-</c> and <c>_</c>, 1-64.</summary>
    public static bool IsProfileName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
    }
}
