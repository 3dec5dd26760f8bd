import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";

const db = DynamoDBDocumentClient.from(new DynamoDBClient());
const TableName = process.env.NOTES_TABLE;

/** Every Friday: one digest item with the text of all notes. */
export async function handler() {
  const notes = [];
  let ExclusiveStartKey;
  do {
    const page = await db.send(new ScanCommand({ TableName, ExclusiveStartKey }));
    notes.push(...(page.Items ?? []).filter((item) => item.pk.startsWith("NOTE#")));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);

  const day = new Date().toISOString().slice(0, 10);
  await db.send(new PutCommand({ TableName, Item: { pk: `DIGEST#${day}`, lines: notes.map((note) => note.text) } }));
  return { day, notes: notes.length };
}
