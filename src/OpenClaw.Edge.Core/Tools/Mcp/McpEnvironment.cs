using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Tools;

/// <summary>What the program of an MCP server gets to know: the minimal environment of commands, and what its entry in the
/// configuration adds. No token of the gateway and no key of a model reaches it unless that entry says so.</summary>
internal static class McpEnvironment
{
    /// <summary>Makes the environment.</summary>
    public static Dictionary<string, string> Of(McpServerConfig server, ProcessEnvironment gateway)
    {
        _ = ExecEnvironment.TryMake(gateway, new Dictionary<string, string>(), [], terminal: false, out Dictionary<string, string> environment, out _);
        environment["OPENCLAW_SHELL"] = "mcp";
        foreach ((string name, string value) in server.Env)
        {
            if (!McpRules.IsBlocked(name) && name.Length > 0 && !value.Contains('\0', StringComparison.Ordinal))
            {
                environment[name] = value;
            }
        }

        return environment;
    }

    /// <summary>The directory that the program starts in.</summary>
    public static string DirectoryOf(McpServerConfig server, ProcessEnvironment gateway) =>
        server.Cwd is not { } given ? gateway.Home
        : given == "~" || given.StartsWith("~/", StringComparison.Ordinal) ? Path.Join(gateway.Home, given[1..])
        : Path.GetFullPath(given, gateway.WorkingDirectory);

    /// <summary>Where the program lies; null when there is none that can be run.</summary>
    public static string? Program(McpServerConfig server, ProcessEnvironment gateway)
    {
        string command = server.Command!;
        if (command.Contains('/', StringComparison.Ordinal))
        {
            string path = Path.GetFullPath(command, DirectoryOf(server, gateway));
            return IsProgram(path) ? path : null;
        }

        string search = Of(server, gateway)["PATH"];
        return search.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, command)).FirstOrDefault(IsProgram);
    }

    private static bool IsProgram(string path)
    {
        try
        {
            return File.Exists(path)
                && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
