using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using OpenClaw.Edge.Providers;

namespace OpenClaw.Edge.Tools;

/// <summary>Reads a text file of the workspace in pages of lines that fit the model's window.</summary>
public sealed class ReadTool : ITool
{
    /// <summary>Bytes of a file beyond which pages are refused: a page is found by reading from the start.</summary>
    public const long MaxScanBytes = 64L * 1024 * 1024;

    private const int MaxLines = 2000;
    private const int MaxLineChars = 2000; // a minified file is one line

    /// <inheritdoc />
    public ToolSpec Spec { get; } = new(
        "read",
        "Read a workspace file: text a page of lines at a time, or an image.",
        """{"type":"object","properties":{"path":{"type":"string"},"offset":{"type":"integer","minimum":1,"description":"First line, from 1"},"limit":{"type":"integer","minimum":1,"description":"Most lines"}},"required":["path"]}"""u8.ToArray());

    /// <inheritdoc />
    public string Title(JsonElement arguments) => $"read {ToolJson.Text(arguments, "path")}";

    /// <inheritdoc />
    public async ValueTask<ToolResult> InvokeAsync(
        ToolCallContext context, JsonElement arguments, CancellationToken cancellationToken)
    {
        using WorkspaceFiles files = context.OpenToRead(ToolJson.Text(arguments, "path"));
        WorkspacePath path = files.Parse(ToolJson.Text(arguments, "path"));
        using SafeFileHandle handle = files.OpenFile(path, out long length);
        await using FileStream stream = new(handle, FileAccess.Read, 1);
        byte[] head = new byte[8192];
        int sniffed = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        if (ToolText.ImageType(head.AsSpan(0, sniffed)) is string image)
        {
            string about = $"'{path}' is an image ({image}, {length} bytes)";
            (PromptImage? picture, string problem) = context.SeesImages ? ImageFile.Read(context, ToolJson.Text(arguments, "path")) : (null, "");
            return problem.Length > 0 ? ToolResult.Error(problem)
                : picture is null ? new ToolResult($"{about}; this model does not see images. view_image, where it is offered, asks one that does")
                : new ToolResult($"{about}; it follows") { Images = [picture] };
        }

        if (ToolText.LooksBinary(head.AsSpan(0, sniffed)))
        {
            return ToolResult.Error($"'{path}' is binary ({length} bytes); this tool reads text only");
        }

        if (length > MaxScanBytes)
        {
            return ToolResult.Error($"'{path}' has {length} bytes; the limit is {MaxScanBytes}");
        }

        stream.Position = 0;
        using StreamReader reader = new(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, 16 * 1024);
        int first = Math.Max(1, ToolJson.Integer(arguments, "offset") ?? 1);
        int limit = Math.Clamp(ToolJson.Integer(arguments, "limit") ?? MaxLines, 1, MaxLines);
        return await PageAsync(reader, path, first, limit, context.MaxResultChars, cancellationToken);
    }

    private static async Task<ToolResult> PageAsync(
        StreamReader reader, WorkspacePath path, int first, int limit, int maxChars, CancellationToken cancellationToken)
    {
        StringBuilder page = new();
        int line = 0;
        int shown = 0;
        bool more = false;
        while (await reader.ReadLineAsync(cancellationToken) is string text)
        {
            line++;
            if (line < first)
            {
                continue;
            }

            int width = Math.Min(MaxLineChars, Math.Max(200, maxChars - 200));
            string kept = text.Length <= width ? text : $"{text[..width]}… [line cut: {text.Length} characters]";
            if (shown == limit || (shown > 0 && page.Length + kept.Length + 1 > maxChars))
            {
                more = true;
                break;
            }

            page.Append(kept).Append('\n');
            shown++;
        }

        if (shown == 0)
        {
            return line == 0
                ? new ToolResult("(empty file)")
                : ToolResult.Error($"'{path}' has {line} lines; offset {first} is past its end");
        }

        if (more)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"[lines {first}-{first + shown - 1}; the file goes on: call read with offset {first + shown}]");
        }

        int last = first + shown - 1;
        return new ToolResult(
            page.ToString().TrimEnd('\n'),
            Details: ToolJson.Object(writer =>
            {
                writer.WriteNumber("firstLine", first);
                writer.WriteNumber("lastLine", last);
                writer.WriteBoolean("truncated", more);
            }));
    }
}
