using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>Replaces pieces of a text file of the workspace. All edits of a call apply, or none.</summary>
public sealed class EditTool : ITool
{
    /// <summary>Most edits of one call.</summary>
    public const int MaxEdits = 50;

    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "edit",
        "Replace text in a workspace file. Each oldText must be unique in the file.",
        """{"type":"object","properties":{"path":{"type":"string"},"edits":{"type":"array","minItems":1,"maxItems":50,"items":{"type":"object","properties":{"oldText":{"type":"string"},"newText":{"type":"string"}},"required":["oldText","newText"]}}},"required":["path","edits"]}"""u8.ToArray());

    /// <inheritdoc />
    public string Title(JsonElement arguments) => $"edit {ToolJson.Text(arguments, "path")}";

    /// <inheritdoc />
    public ValueTask<ToolResult> InvokeAsync(
        ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        using WorkspaceFiles files = context.OpenFiles(ToolJson.Text(arguments, "path"));
        WorkspacePath path = files.Parse(ToolJson.Text(arguments, "path"));
        byte[] before = files.ReadFile(path, WorkspaceFiles.MaxFileBytes);
        if (!ToolText.TryDecode(before, out string text))
        {
            return ValueTask.FromResult(ToolResult.Error($"'{path}' is not UTF-8 text; edit changes text only"));
        }

        int number = 0;
        foreach (JsonElement edit in arguments.GetProperty("edits").EnumerateArray())
        {
            number++;
            string oldText = ToolJson.Text(edit, "oldText");
            if (!TextEdit.TryApply(text, oldText, ToolJson.Text(edit, "newText"), out text, out string problem))
            {
                return ValueTask.FromResult(
                    ToolResult.Error($"edit {number} of '{path}': {problem}. Nothing was changed."));
            }
        }

        ReadOnlySpan<byte> mark = before.AsSpan().StartsWith("\uFEFF"u8) ? "\uFEFF"u8 : [];
        byte[] after = [.. mark, .. Encoding.UTF8.GetBytes(text)];
        cancellationToken.ThrowIfCancellationRequested(); // after this the file changes
        files.WriteFile(path, after);
        return ValueTask.FromResult(new ToolResult(
            $"Edited {path}: {number} replacement{(number == 1 ? "" : "s")}.",
            Details: ToolJson.Object(writer => writer.WriteNumber("replacements", number))));
    }
}
