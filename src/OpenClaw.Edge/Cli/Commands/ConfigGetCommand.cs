using System.CommandLine;
using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw config get</c>: a value as the gateway would read it, secrets hidden.</summary>
internal static class ConfigGetCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Argument<string?> path = new("path")
        {
            Description = "Such as gateway.port or agents.entries.main; everything without it",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return new Command("get", "Print a value of the configuration") { path }.Does(shared, world, (context, _) =>
        {
            Show(context, Find(context, context.Parsed.GetValue(path) ?? ""));
            return Task.FromResult((int)ExitCode.Ok);
        });
    }

    private static JsonElement Find(CliContext context, string path)
    {
        IReadOnlyList<object> steps = [];
        if (path.Length > 0 && !ConfigPath.TryParse(path, out steps!, out string? error))
        {
            throw new CliException(ExitCode.Usage, $"{error} Write gateway.port, or models.providers[\"my.server\"].");
        }

        ConfigSnapshot config = context.Config;
        if (!config.Valid)
        {
            context.Note("openclaw: the configuration has errors, see 'openclaw config validate'; this is what could be read");
        }

        Utf8JsonReader reader = new(ConfigRedaction.Redact(config.Json.Span));
        JsonElement at = JsonElement.ParseValue(ref reader);
        foreach (object step in steps)
        {
            at = step switch
            {
                string name => at.Member(name),
                int index when at.ValueKind == JsonValueKind.Array && index < at.GetArrayLength() => at[index],
                _ => default,
            };
            if (at.ValueKind == JsonValueKind.Undefined)
            {
                if (!ConfigSchema.Knows(path))
                {
                    string fix = ConfigSchema.Nearest(path) is { } near ? $"did you mean {near}?" : "'openclaw config get' prints what is set";
                    throw new CliException(ExitCode.Failed, $"'{path}' is no key of the configuration; {fix}");
                }

                string where = config.Exists ? config.Path : $"{config.Path}, which is not there";
                throw new CliException(
                    ExitCode.Failed, $"'{path}' is not set in {where}: its default applies; set it with 'openclaw config set {path} …'");
            }
        }

        return at;
    }

    private static void Show(CliContext context, JsonElement value)
    {
        if (context.Json || value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null)
        {
            context.Print(value);
        }
        else
        {
            context.Say(value.ToString() is var text && value.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? text.ToLowerInvariant()
                : text);
        }
    }
}
