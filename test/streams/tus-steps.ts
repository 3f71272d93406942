/** The requests of an upload, one by one. */
import type { Client, NewTransfer } from '../support/api.ts';

const TUS = { 'Tus-Resumable': '1.0.0' };

export async function createUpload(
  { authorization }: Client,
  { uploadUrl }: NewTransfer,
  length: number,
): Promise<void> {
  const response = await fetch(uploadUrl, {
    method: 'POST',
    headers: { ...authorization, ...TUS, 'Upload-Length': String(length) },
  });
  if (response.status !== 201) throw new Error(await response.text());
}

export async function sendChunk(
  { authorization }: Client,
  { uploadUrl }: NewTransfer,
  offset: number,
  bytes: string,
): Promise<void> {
  const response = await fetch(uploadUrl, {
    method: 'PATCH',
    headers: {
      ...authorization,
      ...TUS,
      'Upload-Offset': String(offset),
      'Content-Type': 'application/offset+octet-stream',
    },
    body: bytes,
  });
  if (response.status !== 204) throw new Error(await response.text());
}

export async function download(
  { authorization }: Client,
  { fileUrl }: NewTransfer,
): Promise<string> {
  const response = await fetch(fileUrl, { headers: authorization });
  if (response.status !== 200) throw new Error(await response.text());
  return response.text();
}
