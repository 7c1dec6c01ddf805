using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>Changes several files of the workspace by one patch. Everything is read and worked out before the first file
/// changes: a hunk that does not fit changes nothing.</summary>
public sealed class ApplyPatchTool : ITool
{
    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "apply_patch",
        "Change workspace files by a patch: *** Begin Patch, then *** Add File: p (+lines), *** Update File: p (@@, then ' ', - and + lines) or *** Delete File: p, then *** End Patch.",
        """{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"""u8.ToArray());

    /// <inheritdoc />
    public string Title(JsonElement arguments) =>
        PatchText.TryParse(ToolJson.Text(arguments, "input"), out List<PatchStep> steps, out _)
            ? $"patch {string.Join(", ", steps.Take(3).Select(step => step.Path))}{(steps.Count > 3 ? ", …" : "")}"
            : "patch";

    /// <inheritdoc />
    public ValueTask<ToolResult> InvokeAsync(ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!PatchText.TryParse(ToolJson.Text(arguments, "input"), out List<PatchStep> steps, out string problem))
        {
            return ValueTask.FromResult(ToolResult.Error($"apply_patch: {problem}. Nothing was changed."));
        }

        using WorkspaceFiles files = context.OpenFiles("");
        Dictionary<string, byte[]?> after = new(StringComparer.Ordinal); // null: gone
        StringBuilder said = new();
        foreach (PatchStep step in steps)
        {
            if (Plan(files, step, after, said) is { } why)
            {
                return ValueTask.FromResult(ToolResult.Error($"apply_patch: '{step.Path}': {why}. Nothing was changed."));
            }
        }

        cancellationToken.ThrowIfCancellationRequested(); // after this files change
        foreach ((string path, byte[]? content) in after.OrderBy(file => file.Value is null)) // nothing is removed before the rest stands
        {
            if (content is not null)
            {
                files.WriteFile(files.Parse(path), content);
            }
            else if (Exists(files, path))
            {
                files.DeleteFile(files.Parse(path));
            }
        }

        return ValueTask.FromResult(new ToolResult(
            $"Success. Updated the following files:\n{said.ToString().TrimEnd()}",
            Details: ToolJson.Object(json =>
            {
                json.WriteNumber("files"u8, after.Count);
                json.WriteStartObject("summary"u8);
                WriteNames(json, "added", said, 'A');
                WriteNames(json, "modified", said, 'M');
                WriteNames(json, "deleted", said, 'D');
                json.WriteEndObject();
            })));
    }

    private static void WriteNames(Utf8JsonWriter json, string name, StringBuilder said, char kind)
    {
        json.WriteStartArray(name);
        foreach (string line in said.ToString().Split('\n'))
        {
            if (line.Length > 2 && line[0] == kind)
            {
                json.WriteStringValue(line[2..]);
            }
        }

        json.WriteEndArray();
    }

    private static string? Plan(WorkspaceFiles files, PatchStep step, Dictionary<string, byte[]?> after, StringBuilder said)
    {
        string path = files.Parse(step.Path).Text;
        string target = step.MoveTo is { } moved ? files.Parse(moved).Text : path;
        bool there = after.TryGetValue(path, out byte[]? content) ? content is not null : Exists(files, path);
        if (step.Kind == 'A')
        {
            if (there)
            {
                return "it exists already; use Update File, or delete it earlier in the patch";
            }

            after[path] = Encoding.UTF8.GetBytes(step.Content);
            said.Append("A ").Append(path).Append('\n');
            return null;
        }

        if (!there)
        {
            return "it does not exist; use ls to see what does";
        }

        if (step.Kind == 'D')
        {
            after[path] = null;
            said.Append("D ").Append(path).Append('\n');
            return null;
        }

        content ??= files.ReadFile(files.Parse(path), WorkspaceFiles.MaxFileBytes);
        if (!ToolText.TryDecode(content, out string text))
        {
            return "it is not UTF-8 text";
        }

        if (!PatchText.TryApply(text, step.Hunks, out string changed, out string problem))
        {
            return problem;
        }

        if (target != path)
        {
            if (after.TryGetValue(target, out byte[]? taken) ? taken is not null : Exists(files, target))
            {
                return $"'{target}' exists already; delete it earlier in the patch to replace it";
            }

            after[path] = null;
        }

        ReadOnlySpan<byte> mark = content.AsSpan().StartsWith("\uFEFF"u8) ? "\uFEFF"u8 : [];
        after[target] = [.. mark, .. Encoding.UTF8.GetBytes(changed)];
        said.Append("M ").Append(target).Append('\n');
        return null;
    }

    private static bool Exists(WorkspaceFiles files, string path)
    {
        try
        {
            files.OpenFile(files.Parse(path), out _).Dispose();
            return true;
        }
        catch (WorkspaceException missing) when (missing.Fault == WorkspaceFault.NotFound)
        {
            return false;
        }
    }
}
