using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>Lists a directory of the workspace, a page at a time, names JSON-quoted so that a name cannot pose as text.</summary>
public sealed class LsTool : ITool
{
    private const int DefaultNames = 200; // guess: a page that a 4k window bears

    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "ls",
        "List a workspace directory. Directories end with /.",
        """{"type":"object","properties":{"path":{"type":"string","description":"Directory, default ."},"limit":{"type":"integer","minimum":1,"description":"Most names"}}}"""u8.ToArray());

    /// <inheritdoc />
    public string Title(JsonElement arguments) =>
        ToolJson.Text(arguments, "path") is { Length: > 0 } path ? $"ls {path}" : "ls .";

    /// <inheritdoc />
    public ValueTask<ToolResult> InvokeAsync(
        ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        string asked = ToolJson.Text(arguments, "path");
        int limit = Math.Clamp(ToolJson.Integer(arguments, "limit") ?? DefaultNames, 1, WorkspaceFiles.MaxNames);
        using WorkspaceFiles files = context.OpenToRead(asked);
        IReadOnlyList<WorkspaceItem> items = files.List(files.Parse(asked.Length == 0 ? "." : asked));
        StringBuilder page = new();
        int shown = 0;
        foreach (WorkspaceItem item in items)
        {
            string name = item.Kind == "dir" ? item.Name + "/" : item.Name;
            string line = $"\"{JsonEncodedText.Encode(name, ToolText.Readable)}\"{(item.Kind is "link" or "other" ? " " + item.Kind : "")}\n";
            if (shown == limit || page.Length + line.Length > context.MaxResultChars)
            {
                break;
            }

            page.Append(line);
            shown++;
        }

        if (items.Count == 0)
        {
            page.Append("(empty directory)");
        }
        else if (shown < items.Count)
        {
            page.Append(
                CultureInfo.InvariantCulture, $"[{shown} of {items.Count} names; call ls with a larger limit or a subdirectory]");
        }

        return ValueTask.FromResult(new ToolResult(
            page.ToString().TrimEnd('\n'),
            Details: ToolJson.Object(writer =>
            {
                writer.WriteNumber("entries", items.Count);
                writer.WriteNumber("shown", shown);
            })));
    }
}
