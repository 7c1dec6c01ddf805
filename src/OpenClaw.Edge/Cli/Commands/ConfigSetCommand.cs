using System.CommandLine;
using System.Text.Json;
using OpenClaw.Edge.Configuration;

namespace OpenClaw.Edge.Cli.Commands;

/// <summary><c>openclaw config set</c> and <c>config unset</c>: change one key, keep the rest of the file as it is.</summary>
internal static class ConfigSetCommand
{
    public static Command Create(CliOptions shared, CliWorld world)
    {
        Argument<string?> path = new("path") { Description = "Such as gateway.port", Arity = ArgumentArity.ZeroOrOne };
        Argument<string?> value = new("value")
        {
            Description = "JSON5; anything else is taken as text",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> strict = new("--strict-json") { Description = "Take the value as JSON only" };
        Option<bool> merge = new("--merge") { Description = "Add the keys of an object to what is there" };
        Option<string?> batch = new("--batch-json")
        {
            Description = "Set several: [{\"path\":\"a.b\",\"value\":1}]",
            HelpName = "json",
        };
        return new Command("set", "Set a value of the configuration")
        {
            path, value, strict, merge, batch,
            new Option<bool>("--replace") { Hidden = true },
        }.Does(shared, world, (context, _) =>
        {
            List<KeyValuePair<string, string>> changes = context.Parsed.GetValue(batch) is { } list
                ? Batch(list)
                : One(
                    context.Parsed.GetValue(path),
                    context.Parsed.GetValue(value),
                    context.Parsed.GetValue(strict),
                    context.Parsed.GetValue(merge));
            ConfigEdit edit = new ConfigEditor(context.Paths, context.Environment).Set(changes);
            return Task.FromResult(Show(context, edit, changes[0].Key, string.Join(", ", changes.Select(change => change.Key))));
        });
    }

    public static Command CreateUnset(CliOptions shared, CliWorld world)
    {
        Argument<string> path = new("path") { Description = "Such as gateway.port" };
        return new Command("unset", "Remove a value, so that its default applies") { path }.Does(shared, world, (context, _) =>
        {
            string key = context.Parsed.GetRequiredValue(path);
            ConfigEdit edit = new ConfigEditor(context.Paths, context.Environment).Unset(key);
            return Task.FromResult(Show(context, edit, key, key));
        });
    }

    /// <summary>Tells what became of a change; refuses become failures.</summary>
    public static int Show(CliContext context, ConfigEdit edit, string root, string keys)
    {
        if (!edit.Accepted)
        {
            throw new CliException(ExitCode.Failed, edit.Error ?? $"{keys} was not changed");
        }

        if (context.Json)
        {
            context.Print(writer =>
            {
                writer.WriteStartObject();
                writer.WriteBoolean("ok"u8, true);
                writer.WriteBoolean("changed"u8, edit.Changed);
                writer.WriteString("path"u8, context.Paths.ConfigPath);
                writer.WriteString("key"u8, keys);
                writer.WriteEndObject();
            });
        }
        else
        {
            context.Say(edit.Changed ? $"changed {keys} in {context.Paths.ConfigPath}" : $"{keys} was so already");
        }

        foreach (ConfigProblem problem in edit.Result?.Problems ?? [])
        {
            if (problem.Severity >= ProblemSeverity.Warning && problem.Path.StartsWith(root, StringComparison.Ordinal))
            {
                context.Note(context.ErrorPaint.Warn(TextLayout.OneLine(problem.ToString())));
            }
        }

        return (int)ExitCode.Ok;
    }

    private static List<KeyValuePair<string, string>> One(string? path, string? value, bool strict, bool merge)
    {
        if (path is null || value is null)
        {
            throw new CliException(
                ExitCode.Usage, "config set needs a path and a value, such as: openclaw config set gateway.port 18790");
        }

        string json = ConfigValue.ToJson(value, strict);
        if (!merge)
        {
            return [new(path, json)];
        }

        if (ConfigValue.Read(json) is not { ValueKind: JsonValueKind.Object } members)
        {
            throw new CliException(ExitCode.Usage, "--merge needs an object, such as '{\"key\":1}'");
        }

        return [.. members.EnumerateObject().Select(member => KeyValuePair.Create(
            ConfigPath.Append(path, member.Name), member.Value.GetRawText()))];
    }

    private static List<KeyValuePair<string, string>> Batch(string text)
    {
        JsonElement list = ConfigValue.Read(text);
        List<KeyValuePair<string, string>> changes = list.ValueKind != JsonValueKind.Array ? [] :
            [.. list.EnumerateArray()
                .Where(item => item.Text("path") is not null && item.Member("value").ValueKind != JsonValueKind.Undefined)
                .Select(item => KeyValuePair.Create(item.Text("path")!, item.Member("value").GetRawText()))];
        return changes.Count > 0 && changes.Count == list.GetArrayLength()
            ? changes
            : throw new CliException(ExitCode.Usage, "--batch-json needs a list of objects with path and value");
    }
}
