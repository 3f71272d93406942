export { createUploadDoor, type UploadDoor } from './upload-door.ts';
