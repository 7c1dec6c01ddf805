namespace OpenClaw.Edge.Sessions;

/// <summary>What an import did.</summary>
/// <param name="Imported">Rows that were stored.</param>
/// <param name="Skipped">Records of kinds that are not kept, rows of more branches than a session has, and rows that were there before.</param>
/// <param name="Damaged">Lines that are no record; the first of them are named in <paramref name="Problems"/>.</param>
/// <param name="Problems">What was wrong, with line numbers; ten at most.</param>
public sealed record TranscriptImportResult(int Imported, int Skipped, int Damaged, IReadOnlyList<string> Problems);
