using System.CommandLine;
using System.Globalization;
using OpenClaw.Edge.Protocol.Gateway;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary>The options that <c>mcp add</c> and <c>mcp configure</c> share.</summary>
internal sealed class McpFlags
{
    private readonly Option<string?> _include = Include();
    private readonly Option<string?> _exclude = Exclude();
    private readonly Option<bool> _parallel = new("--parallel") { Description = "Its calls may run side by side" };
    private readonly Option<double?> _call = new("--call-timeout") { Description = "Most seconds of a call", HelpName = "s" };
    private readonly Option<double?> _connect = new("--connect-timeout") { Description = "Most seconds to be ready", HelpName = "s" };
    private readonly Option<bool?> _verify = new("--ssl-verify") { Description = "false takes any certificate", HelpName = "true|false" };
    private readonly Option<string?> _cert = new("--client-cert") { Description = "Client certificate, PEM", HelpName = "path" };
    private readonly Option<string?> _key = new("--client-key") { Description = "Its key, PEM", HelpName = "path" };

    public static Option<string?> Include() => new("--include") { Description = "Tools to offer, names or patterns with *", HelpName = "a,b" };

    public static Option<string?> Exclude() => new("--exclude") { Description = "Tools not to offer", HelpName = "a,b" };

    /// <summary>The filter as JSON; null when neither is given.</summary>
    public static string? Filter(string? include, string? exclude) => include is null && exclude is null ? null
        : JsonText.Write(
            json =>
            {
                json.WriteStartObject();
                foreach ((string key, string? list) in ((string, string?)[])[("include", include), ("exclude", exclude)])
                {
                    if (list is not null)
                    {
                        json.WriteTexts(key, list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
                    }
                }

                json.WriteEndObject();
            },
            oneLine: true);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_include, _exclude, _parallel, _call, _connect, _verify, _cert, _key])
        {
            command.Add(option);
        }
    }

    /// <summary>Keys of the entry and their values as JSON. The filter is one key in an entry that is made, and its members in one that is there.</summary>
    public IEnumerable<KeyValuePair<string, string>> Read(CliContext context, bool nested)
    {
        ParseResult parsed = context.Parsed;
        string? include = parsed.GetValue(_include);
        string? exclude = parsed.GetValue(_exclude);
        if (nested && Filter(include, exclude) is { } filter)
        {
            yield return new("toolFilter", filter);
        }
        else if (!nested)
        {
            foreach ((string key, string? list) in ((string, string?)[])[("include", include), ("exclude", exclude)])
            {
                if (list is not null)
                {
                    yield return new($"toolFilter.{key}", ConfigValue.Read(Filter(list, null)!).GetProperty("include").GetRawText());
                }
            }
        }

        if (parsed.GetValue(_parallel))
        {
            yield return new("supportsParallelToolCalls", "true");
        }

        // the original calls it --timeout, in seconds; here that is an option of every command
        foreach ((string key, double? seconds) in ((string, double?)[])[("requestTimeoutMs", parsed.GetValue(_call) ?? context.TimeoutMs), ("connectionTimeoutMs", parsed.GetValue(_connect))])
        {
            if (seconds is { } given)
            {
                yield return given is > 0 and <= 3600
                    ? new(key, ((int)Math.Round(given * 1000)).ToString(CultureInfo.InvariantCulture))
                    : throw new CliException(ExitCode.Usage, $"{given.ToString(CultureInfo.InvariantCulture)} is not a time; give seconds above 0, 3600 at most");
            }
        }

        if (parsed.GetValue(_verify) is { } verify)
        {
            yield return new("sslVerify", verify ? "true" : "false");
        }

        foreach ((string key, string? path) in ((string, string?)[])[("clientCert", parsed.GetValue(_cert)), ("clientKey", parsed.GetValue(_key))])
        {
            if (path is not null)
            {
                yield return new(key, ConfigValue.Quote(path));
            }
        }
    }
}
