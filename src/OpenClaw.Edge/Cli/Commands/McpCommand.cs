using System.CommandLine;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw mcp</c>: the MCP servers of the configuration. Works on the file and on the servers themselves; no gateway need run.
/// Source: docs/mcp.md.</summary>
internal static class McpCommand
{
    private const string Root = "mcp.servers";

    public static Command Create(CliOptions shared, CliWorld world) => new Command("mcp", "MCP servers whose tools agents may use")
    {
        McpListCommands.List(shared, world),
        McpListCommands.Show(shared, world),
        McpListCommands.Status(shared, world),
        McpProbeCommands.Doctor(shared, world),
        McpProbeCommands.Probe(shared, world),
        McpEditCommands.Add(shared, world),
        McpEditCommands.Set(shared, world),
        McpEditCommands.Configure(shared, world),
        McpEditCommands.Tools(shared, world),
        McpEditCommands.Unset(shared, world),
    }.ShowsHelp(world);

    /// <summary>The argument that names a server.</summary>
    internal static Argument<string> Name() => new("name") { Description = "Server, as in mcp.servers" };

    /// <summary>The argument that may name a server.</summary>
    internal static Argument<string?> AnyName() => new("name") { Description = "Server, as in mcp.servers; all without it", Arity = ArgumentArity.ZeroOrOne };

    /// <summary>The path of a server's entry.</summary>
    internal static string PathOf(string name) => ConfigPath.Append(Root, name);

    /// <summary>The servers that are meant, by name; those that the validator left out are told on standard error.</summary>
    internal static IReadOnlyList<McpServerConfig> Select(CliContext context, string? name)
    {
        IReadOnlyList<McpServerConfig> all = [.. context.Config.Config.Mcp.Servers.OrderBy(server => server.Name, StringComparer.Ordinal)];
        foreach (ConfigProblem problem in context.Config.Problems.Where(problem => problem.Severity >= ProblemSeverity.Error && problem.Path.StartsWith(Root, StringComparison.Ordinal)))
        {
            context.Note(context.ErrorPaint.Warn(TextLayout.OneLine(problem.ToString())));
        }

        return name is null ? all
            : all.FirstOrDefault(server => server.Name == name) is { } one ? [one]
            : throw Unknown(context, name);
    }

    /// <summary>The failure for a name that is not there.</summary>
    internal static CliException Unknown(CliContext context, string name) => new(
        ExitCode.Failed, $"No MCP server named \"{name}\" in {context.Config.Path}. Run 'openclaw mcp list' to see configured servers.");
}
